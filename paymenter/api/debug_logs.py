"""What the setting `debug` makes PHP write down: errors and the requests that went out."""

from collections.abc import Mapping
from typing import Any

from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.masking import HIDDEN, without_links
from paymenter.models import DebugLog

_CONTEXT: Object = {"type": ["object", "array", "null"], "examples": [{"message": "Oops"}]}
_SECRETS = (
    *("password", "secret", "token", "authorization", "cookie"),
    *("api-key", "api_key", "apikey"),
)


def masked(content: Any) -> Any:
    """At any depth: PHP hides three names, and on top only."""
    if isinstance(content, Mapping):
        return {n: HIDDEN if _is_secret(n) and v else masked(v) for n, v in content.items()}
    if isinstance(content, list):
        return [masked(each) for each in content]
    return without_links(content) if isinstance(content, str) else content


def _is_secret(name: Any) -> bool:
    return any(part in str(name).lower() for part in _SECRETS)


def _context(stored: Any) -> Any:
    return masked(values.document(stored))


class DebugLogResource(Resource):
    model = DebugLog
    permission = "debug_logs"
    attributes = ("id", "type", "context", "updated_at", "created_at")
    formats = {"context": _context}
    schemas = {"context": _CONTEXT}


class DebugLogViewSet(ResourceViewSet):
    resource = DebugLogResource
    filters = ("id", "type", "created_at")
    sorts = ("id", "type", "created_at")
