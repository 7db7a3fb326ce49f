"""Laravel's error bodies: the only place that turns an exception into an answer under `/api`."""

import logging
import traceback
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed
from rest_framework.response import Response

from paymenter.errors import Refused

GONE = "The record was deleted in the meantime."
CONFLICT = "Another change got in the way and nothing was stored: read the record again and retry."
TOO_LARGE = "The POST data is too large."

log = logging.getLogger(__name__)


class BadQuery(APIException):
    """A query parameter that is not understood or not allowed; its text names what is."""

    status_code = status.HTTP_400_BAD_REQUEST


class NoToken(APIException):
    """Paymenter answers this one under `error`, not `message`."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "The request is missing a valid bearer token."


class Forbidden(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_detail = "This action is unauthorized."


class RecordNotFound(APIException):
    status_code = status.HTTP_404_NOT_FOUND

    def __init__(self, class_name: str, key: str | None = None) -> None:
        where = "." if key is None else f" {key}"
        super().__init__(f"No query results for model [{class_name}]{where}")


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None lets Django log the traceback and answer 500."""
    response = _response(error, context["request"])
    if response is None and settings.DEBUG:
        log.error("%s", error, exc_info=error)
        response = _json(_debug_body(error), status.HTTP_500_INTERNAL_SERVER_ERROR)
    if response is not None:
        response.exception = True
    return response


def _debug_body(error: Exception) -> dict[str, Any]:
    """What APP_DEBUG=true shows of an unexpected error, in Laravel's form."""
    frames = traceback.extract_tb(error.__traceback__)
    trace = [{"file": f.filename, "line": f.lineno, "function": f.name} for f in reversed(frames)]
    where = {"file": trace[0]["file"], "line": trace[0]["line"]} if trace else {}
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return {"message": str(error), "exception": name, **where, "trace": trace}


def _response(error: Exception, request: HttpRequest) -> Response | None:
    match error:
        case NoToken():
            return _json({"error": str(error.detail)}, error.status_code)
        case Refused():
            return _json(*refusal(error))
        case MethodNotAllowed():
            return not_allowed(request, error)
        case Http404():
            return _json({"message": no_route(request)}, status.HTTP_404_NOT_FOUND)
        case PermissionDenied():
            return _json({"message": Forbidden.default_detail}, status.HTTP_403_FORBIDDEN)
        case ObjectDoesNotExist():
            return _json({"message": GONE}, status.HTTP_404_NOT_FOUND)
        case IntegrityError() | OperationalError() if _is_conflict(error):
            return _json({"message": CONFLICT}, status.HTTP_409_CONFLICT)
        case RequestDataTooBig():
            return _json({"message": TOO_LARGE}, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
        case APIException():
            headers = getattr(error, "headers", None)
            return _json({"message": str(error.detail)}, error.status_code, headers)
    return None


def _is_conflict(error: Exception) -> bool:
    """A broken constraint, or a lock that another transaction held: nothing was stored."""
    locked = {1205, 1213, "database is locked"}
    return isinstance(error, IntegrityError) or error.args[:1][0] in locked


def refusal(error: Refused) -> tuple[dict[str, Any], int]:
    """Laravel's validation answer: the first text, how many more, and all by field."""
    texts = [text for field in error.errors.values() for text in field]
    more = len(texts) - 1
    suffix = f" (and {more} more error{'s' if more > 1 else ''})" if more > 0 else ""
    message = texts[0] + suffix if texts else error.message
    body = {"message": message, "errors": error.errors} if texts else {"message": message}
    return body, error.status


def not_allowed(request: HttpRequest, error: MethodNotAllowed) -> Response:
    view = request.parser_context["view"]  # type: ignore[attr-defined]
    allowed = ", ".join(view.allowed_methods)
    message = (
        f"The {request.method} method is not supported for route {request.path.strip('/')}. "
        f"Supported methods: {allowed}."
    )
    return _json({"message": message}, error.status_code, {"Allow": allowed})


def no_route(request: HttpRequest) -> str:
    return f"The route {request.path[1:]} could not be found."


def _json(body: dict[str, Any], code: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body, code, headers=headers, content_type="application/json")


def wants_json(request: HttpRequest) -> bool:
    """Under `/api` always; elsewhere when the client's first choice is JSON."""
    first = request.META.get("HTTP_ACCEPT", "").split(",")[0]
    return request.path.startswith("/api") or "/json" in first or "+json" in first


def plain_json(body: dict[str, Any], code: int) -> HttpResponse:
    """An answer from outside a view, where no renderer is at hand."""
    return HttpResponse(orjson.dumps(body), status=code, content_type="application/json")
