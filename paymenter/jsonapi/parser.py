"""Request bodies as Laravel reads them: JSON or forms, flat, malformed JSON counts as empty."""

import json
from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser, MultiPartParser

from paymenter.jsonapi.errors import TOO_LARGE, BadQuery
from paymenter.laravel.query_string import parse, trimmed

MOST_BYTES = 5 * 1024 * 1024
DEEPEST = 512  # as PHP reads JSON
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class TooLarge(APIException):
    status_code = 413
    default_detail = TOO_LARGE


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
            parsed = MultiPartParser().parse(stream, media_type, parser_context)
            return trimmed(dict(parsed.data.items()))
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        if "/json" in kind or "+json" in kind:
            request = (parser_context or {}).get("request")
            if request is not None and request.method in WRITES:
                _check(body)
            return trimmed(_json(body))
        return trimmed(parse(body)) if kind == "application/x-www-form-urlencoded" else {}


def _check(body: bytes) -> None:
    """Refuses what would be read otherwise than it was meant. Malformed JSON is left to the rules:
    as in Paymenter it is a body without fields."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadQuery("The body is not valid UTF-8.") from None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(value, dict):
        return
    if _depth(value) > DEEPEST:
        raise BadQuery(f"The body nests more than {DEEPEST} levels.")
    _STRICT.decode(text)


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise BadQuery(f"The body has the field `{twice[:100]}` twice.")


_STRICT = json.JSONDecoder(object_pairs_hook=_once_each, parse_int=str, parse_float=str)


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) and _depth(value) <= DEEPEST else {}


def _depth(value: Any) -> int:
    """How many lists and maps lie in one another; counted without recursion."""
    depth, level = 0, [value]
    while level:
        depth += 1
        nested = [v.values() if isinstance(v, dict) else v for v in level]
        level = [v for values in nested for v in values if isinstance(v, (dict, list))]
    return depth
