"""Views beside the JSON:API: plain objects in, plain objects out, errors as everywhere."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.login import Throttled
from paymenter.jsonapi.careful import CarefulView
from paymenter.jsonapi.renderer import JsonRenderer

UNCACHED = {"Cache-Control": "no-store, private", "Pragma": "no-cache"}


class Unauthenticated(APIException):
    """DRF makes a 403 of its own ones where a view authenticates by itself."""

    status_code = 401
    default_detail = "Unauthenticated."


class PlainJsonRenderer(JsonRenderer):
    media_type = "application/json"


class PlainView(CarefulView):
    # open to everybody unless a subclass says otherwise; no docstring: the API description shows it
    authentication_classes: Any = ()
    permission_classes: Any = ()
    renderer_classes = (PlainJsonRenderer,)

    @property
    def allowed_methods(self) -> list[str]:
        """As Laravel lists them."""
        verbs = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        return [verb for verb in verbs if hasattr(self, verb.lower())]

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, Throttled):
            response["Retry-After"] = str(exc.retry_after)
        return response


def body_of(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def stamp(instant: datetime | None) -> str | None:
    """As Laravel prints it."""
    if instant is None:
        return None
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
