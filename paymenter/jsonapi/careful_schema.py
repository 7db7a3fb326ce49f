"""What the OpenAPI document says of requests that act once, marks, limits, cursors and CSV."""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_ERROR: Schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def _header(name: str, description: str, **more: Any) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": _TEXT | more}


def _number(description: str) -> Schema:
    return {"description": description, "schema": {"type": "integer", "minimum": 0}}


CAREFUL_HEADERS: Schema = {
    "ETag": {"description": "A mark of these bytes.", "schema": _TEXT},
    "Retry-After": _number("Seconds to wait."),
    "X-RateLimit-Limit": _number("Requests in a window; only where there is a limit."),
    "X-RateLimit-Remaining": _number("Requests that are left in this window."),
    "X-RateLimit-Reset": _number("When the window ends, in Unix seconds."),
    "Idempotency-Replayed": {
        "description": "The answer is that of an earlier request with the same key.",
        "schema": {"const": "true"},
    },
}
CAREFUL_PARAMETERS: Schema = {
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "Makes it safe to send the request again: for 24 hours the same key and body get the same "
        "answer, and nothing is done twice.",
        minLength=1,
        maxLength=255,
    ),
    "IfNoneMatch": _header("If-None-Match", "An ETag: 304 where the answer is still the same."),
    "IfMatch": _header(
        "If-Match",
        "The ETag that a GET of this address gave: 412 where the record has changed since.",
    ),
}
_LIMITS = {
    name: {"$ref": f"#/components/headers/{name}"}
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
}
CAREFUL_RESPONSES: Schema = {
    "304": {"description": "What you have is still what it is."},
    "412": {"description": "The record has changed since you read it.", "content": _ERROR},
    "429": {"description": "Too many requests.", "headers": _LIMITS, "content": _ERROR},
}


def ways_out(view: Any) -> list[Schema]:
    """The parameters of a list that go beyond numbered pages."""
    cursor = {
        "name": "cursor",
        "in": "query",
        "description": "Pages that no insert can shift: empty to begin, then as `links.next` says.",
        "schema": _TEXT,
        "allowEmptyValue": True,
    }
    form = {
        "name": "format",
        "in": "query",
        "description": "`csv`: all records that match, as `Accept: text/csv` says too.",
        "schema": {"enum": ["csv"]},
    }
    return [cursor, form] if view.seekable else [form]


def promise(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Adds to every operation what holds for all of its verb."""
    for path, operations in result["paths"].items():
        for verb, operation in operations.items():
            if path.startswith("/api/v1/") and isinstance(operation, dict):
                _add(path, verb, operation)
    return result


def _add(path: str, verb: str, operation: Schema) -> None:
    is_admin = path.startswith("/api/v1/admin/")
    if verb == "post":
        _take(operation, "IdempotencyKey", "400", "409", "422")
        _promise_header(operation, "201", "Idempotency-Replayed")
    if not is_admin:
        return
    _take(operation, None, "429")
    if verb == "get":
        _take(operation, "IfNoneMatch", "304")
    elif verb != "post" and path.endswith("}"):
        _take(operation, "IfMatch", "412")
    for code in ("200", "201"):
        _promise_header(operation, code, "ETag")
    if operation["operationId"].startswith("list_"):
        operation["responses"]["200"]["content"]["text/csv"] = {"schema": _TEXT}


def _take(operation: Schema, parameter: str | None, *codes: str) -> None:
    if parameter:
        given = operation.setdefault("parameters", [])
        given.append({"$ref": f"#/components/parameters/{parameter}"})
    for code in codes:
        operation["responses"].setdefault(code, {"$ref": f"#/components/responses/{code}"})


def _promise_header(operation: Schema, code: str, name: str) -> None:
    response = operation["responses"].get(code)
    if response and "$ref" not in response:
        response.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}
