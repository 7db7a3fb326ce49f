"""The parts of the OpenAPI document that all operations share; settings reads them."""

from typing import Any

from paymenter.jsonapi.careful_schema import (
    CAREFUL_HEADERS,
    CAREFUL_PARAMETERS,
    CAREFUL_RESPONSES,
)
from paymenter.jsonapi.limits import MOST_PER_PAGE

Schema = dict[str, Any]

_URL: Schema = {"type": "string", "format": "uri"}
_PLACE: Schema = {"type": ["integer", "null"], "minimum": 1}


_PAGE = "https://billing.example.com/api/v1/admin/users"

LINKS_SAMPLE: Schema = {"first": f"{_PAGE}?page=1", "next": f"{_PAGE}?page=2"}
META_SAMPLE: Schema = {
    "current_page": 1,
    "current_page_url": f"{_PAGE}?page=1",
    "from": 1,
    "path": _PAGE,
    "per_page": 15,
    "to": 15,
}


def _error(description: str, schema: str = "Error", also: str | None = None) -> Schema:
    kinds = [{"$ref": f"#/components/schemas/{name}"} for name in (schema, also) if name]
    body = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {"description": description, "content": {"application/json": {"schema": body}}}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


COMPONENTS: Schema = {
    "securitySchemes": {
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of Paymenter: `PAYM` and 64 hex digits.",
        },
        "person": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token from `/api/v1/auth/login`.",
        },
        "oauth": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize",
                    "tokenUrl": "/api/oauth/token",
                    "scopes": {"profile": "View your profile"},
                }
            },
        },
    },
    "responses": {
        "400": _error("A parameter is not understood or not allowed; the text names what is."),
        "401": _error("No key, or one that is unknown or disabled.", also="MissingToken"),
        "403": _error("The key lacks the permission, or may not be used from this address."),
        "404": _error("There is no such record."),
        "409": _error("Another change got in the way; nothing was stored."),
        "413": _error("The body is larger than the server takes."),
        "422": _error("A field is refused; the texts say why.", "Refusal", also="Error"),
        **CAREFUL_RESPONSES,
    },
    "parameters": CAREFUL_PARAMETERS,
    "headers": CAREFUL_HEADERS,
    "schemas": {
        "Error": _object(message={"type": "string"}),
        "MissingToken": _object(error={"type": "string"}),
        "Refusal": _object(
            message={"type": "string"},
            errors={
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        ),
        "Links": {
            "type": "object",
            "properties": {"first": _URL, "prev": _URL, "next": _URL},
            "required": ["first"],
            "additionalProperties": False,
        },
        "PageMeta": _object(
            current_page={"type": "integer", "minimum": 1},
            current_page_url=_URL,
            **{"from": _PLACE},
            path=_URL,
            per_page={"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
            to=_PLACE,
        )
        | {"additionalProperties": False},
        "CursorLinks": {
            "type": "object",
            "properties": {"next": _URL},
            "additionalProperties": False,
        },
        "CursorMeta": _object(
            path=_URL,
            per_page={"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
            next_cursor={"type": ["string", "null"]},
        )
        | {"additionalProperties": False},
    },
}
