"""Request bodies as Laravel reads them: JSON or forms, flat, malformed JSON counts as empty."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from paymenter.laravel.query_string import parse, trimmed

MOST_BYTES = 5 * 1024 * 1024


class TooLarge(ParseError):
    status_code = 413
    default_detail = "The POST data is too large."


class LaravelParser(BaseParser):
    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        kind = (media_type or "").split(";")[0].strip().lower()
        if kind == "multipart/form-data":
            return dict(MultiPartParser().parse(stream, media_type, parser_context).data.items())
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        if "/json" in kind or "+json" in kind:
            return trimmed(_json(body))
        return trimmed(parse(body)) if kind == "application/x-www-form-urlencoded" else {}


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
