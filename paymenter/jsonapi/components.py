"""The parts of the OpenAPI document that all operations share; settings reads them."""

from typing import Any

from paymenter.jsonapi.limits import MOST_PER_PAGE

COMPONENTS: dict[str, Any] = {
    "securitySchemes": {
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of Paymenter: `PAYM` and 64 hex digits.",
        }
    },
    "schemas": {
        "Error": {
            "type": "object",
            "properties": {"message": {"type": "string"}},
            "required": ["message"],
        },
        "MissingToken": {
            "type": "object",
            "properties": {"error": {"type": "string"}},
            "required": ["error"],
        },
        "Links": {
            "type": "object",
            "properties": {
                name: {"type": "string", "format": "uri"} for name in ("first", "prev", "next")
            },
            "required": ["first"],
            "additionalProperties": False,
        },
        "PageMeta": {
            "type": "object",
            "properties": {
                "current_page": {"type": "integer", "minimum": 1},
                "current_page_url": {"type": "string", "format": "uri"},
                "from": {"type": ["integer", "null"]},
                "path": {"type": "string", "format": "uri"},
                "per_page": {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
                "to": {"type": ["integer", "null"]},
            },
            "required": ["current_page", "current_page_url", "from", "path", "per_page", "to"],
            "additionalProperties": False,
        },
    },
}
