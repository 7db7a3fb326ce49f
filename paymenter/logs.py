"""Log lines: JSON for machines (production), plain text for people; both carry the request's id."""

import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "details", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        details = getattr(record, "details", {})
        text = " ".join(str(value) for value in details.values()) or record.getMessage()
        line = f"{datetime.fromtimestamp(record.created, UTC):%H:%M:%S} {record.levelname:7} {text}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
