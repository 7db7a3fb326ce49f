"""Passport's addresses: `POST /api/oauth/token` and `GET /api/me`.

No grant is offered yet and no token accepted, and the answers are those of a server that has none.
"""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class _PassportView(APIView):
    authentication_classes = ()
    permission_classes = ()
    schema = None
    verbs: tuple[str, ...] = ()

    @property
    def allowed_methods(self) -> list[str]:
        return list(self.verbs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        allow = {"Allow": ",".join(self.verbs), "Vary": "Access-Control-Request-Method"}
        return HttpResponse(headers=allow)


class TokenView(_PassportView):
    verbs = ("POST",)

    def post(self, request: Request) -> Response:
        body = {
            "error": "unsupported_grant_type",
            "error_description": "The authorization grant type is not supported by the "
            "authorization server.",
            "hint": "Check that all required parameters have been provided",
        }
        return Response(body, 400, content_type="application/json")


class MeView(_PassportView):
    verbs = ("GET", "HEAD")

    def get(self, request: Request) -> Response:
        return Response({"message": "Unauthenticated."}, 401, content_type="application/json")
