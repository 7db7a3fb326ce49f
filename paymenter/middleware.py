"""What every request passes: its id and log line, verbs that stand for others, CORS."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from corsheaders.middleware import CorsMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from paymenter.logs import request_id

log = logging.getLogger("paymenter.request")

GetResponse = Callable[[HttpRequest], HttpResponse]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}\Z")


class RequestLog:
    """One log line a request; its id comes from `X-Request-Id` or is new, and goes out again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        mark = request_id.set(given if _REQUEST_ID.match(given) else uuid4().hex)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            self._finish(request, response, time.perf_counter() - started)
            return without_body(response) if request.method == "HEAD" else response
        finally:
            request_id.reset(mark)

    def _finish(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        response.headers["X-Request-Id"] = request_id.get()
        if not response.streaming and response.status_code not in (204, 304):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if request.path.startswith("/api"):
            response.headers.setdefault("Cache-Control", "no-cache, private")
        if log.isEnabledFor(logging.INFO):
            details = {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "ip": request.META.get("REMOTE_ADDR"),
            }
            log.info("request", extra={"details": details})


class MethodOverride:
    """A POST that stands for another verb: the header `X-HTTP-Method-Override`, or `_method` in a
    form. Unlike in Paymenter neither the query string nor JSON can say so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path.startswith("/api/"):
            verb = request.META.get("HTTP_X_HTTP_METHOD_OVERRIDE") or _form_method(request)
            request.method = verb.upper() if verb else "POST"
        return self.get_response(request)


def _form_method(request: HttpRequest) -> str | None:
    if not request.META.get("CONTENT_TYPE", "").startswith(_FORMS):
        return None
    try:
        return request.POST.get("_method") if request.body else None
    except (RequestDataTooBig, MultiPartParserError):
        return None  # the view says so in its own way


class Cors(CorsMiddleware):
    """Paymenter's preflight: 204, what was asked for is echoed, never credentials."""

    def check_preflight(self, request: HttpRequest) -> HttpResponseBase | None:
        method = request.headers.get("access-control-request-method")
        if request.method != "OPTIONS" or method is None or not self.is_enabled(request):
            return None
        wanted = request.headers.get("access-control-request-headers", "")
        headers = {"Access-Control-Allow-Headers": wanted, "Access-Control-Max-Age": "0"}
        response = HttpResponse(status=204, headers=headers)
        patch_vary_headers(
            response, ("Access-Control-Request-Method", "Access-Control-Request-Headers")
        )
        return response

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        asked = response.headers.get("Access-Control-Allow-Headers")
        response = super().add_response_headers(request, response)
        if asked is not None and response.has_header("Access-Control-Allow-Origin"):
            response.headers["Access-Control-Allow-Headers"] = asked
            response.headers["Access-Control-Allow-Methods"] = request.headers[
                "access-control-request-method"
            ]
            response.headers["Access-Control-Max-Age"] = "0"
        return response


class OutsideApi(MiddlewareMixin):
    """The API knows keys, not browsers; sessions would cost it 5 to 8 %."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)


class Sessions(OutsideApi, SessionMiddleware):
    pass


class Messages(OutsideApi, MessageMiddleware):
    pass


def without_body(response: HttpResponse) -> HttpResponse:
    """The headers of a GET, its length among them, and no body."""
    if not response.streaming and response.status_code != 304:
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response
