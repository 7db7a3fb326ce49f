"""Passport's addresses for programs: `POST /api/oauth/token` and `GET /api/me`."""

import base64
import binascii
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import oauth_schemas as schemas
from accounts.api.authentication import bearer_token
from accounts.api.plain import UNCACHED, PlainView, Unauthenticated, body_of, stamp
from accounts.models import User
from accounts.oauth import grants, tokens
from accounts.oauth.errors import OAuthError
from accounts.rules.scopes import EVERYTHING
from paymenter.jsonapi.errors import Forbidden
from paymenter.jsonapi.parser import MOST_BYTES, LaravelParser
from paymenter.rate_limits import Limit, Standing

PROFILE = "profile"
LIMIT = Limit("oauth-token", 60, 60)
JSON = "application/json"


class StrictParser(LaravelParser):
    """Passport's library reads the body itself and refuses malformed JSON."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MOST_BYTES + 1)
        if body.strip() and "json" in (media_type or ""):
            try:
                orjson.loads(body)
            except orjson.JSONDecodeError:
                raise ParseError("Bad request.") from None
        return super().parse(BytesIO(body), media_type, parser_context)


class _PassportView(PlainView):
    """OPTIONS names the verbs, as Laravel does."""

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allow = {"Allow": ",".join(self.allowed_methods), "Vary": "Access-Control-Request-Method"}
        return HttpResponse(headers=allow)


class TokenView(_PassportView):
    permission = None
    public = "asks for the client and what it was granted"
    parser_classes = (StrictParser,)
    standing: Standing | None = None

    @extend_schema(
        operation_id="issue_oauth_token",
        summary="Issue an OAuth token",
        description=schemas.TOKEN_TEXT,
        tags=["OAuth"],
        auth=[],
        request={JSON: schemas.TOKEN_REQUEST, schemas.FORM: schemas.TOKEN_REQUEST},
        responses=schemas.TOKEN_ANSWERS,
    )
    def post(self, request: Request) -> Response:
        self.standing = LIMIT.hit(request.META.get("REMOTE_ADDR", ""))
        if not self.standing.allowed:
            return _too_many(self.standing)
        header = request.META.get("HTTP_AUTHORIZATION", "")
        try:
            body = grants.answer(grants.TokenRequest(body_of(request), _basic(header)))
        except OAuthError as error:
            return _refused(error, header)
        return Response(body, headers=UNCACHED)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.standing is not None:
            response["X-RateLimit-Limit"] = str(LIMIT.most)
            response["X-RateLimit-Remaining"] = str(self.standing.remaining)
        return super().finalize_response(request, response, *args, **kwargs)


class MeView(_PassportView):
    permission = None
    public = "asks for an OAuth token with the scope profile"

    @extend_schema(
        operation_id="show_oauth_user",
        summary="Show the user of an OAuth token",
        description="Needs a token of a user with the scope `profile`.",
        tags=["OAuth"],
        auth=schemas.USER_TOKEN,
        responses=schemas.ME_ANSWERS,
    )
    def get(self, request: Request) -> Response:
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        bearer = tokens.bearer(token) if token else None
        if bearer is None or bearer.user is None:
            raise Unauthenticated
        if not {PROFILE, EVERYTHING} & set(bearer.scopes):
            raise Forbidden("Invalid scope(s) provided.")
        return Response(_columns(bearer.user))


def _columns(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role_id": user.role_id,
        "email_verified_at": stamp(user.email_verified_at),
        "created_at": stamp(user.created_at),
        "updated_at": stamp(user.updated_at),
    }


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon else None


def _refused(error: OAuthError, header: str) -> Response:
    response = Response(error.body, error.status)
    if error.body["error"] == "invalid_client" and header:
        scheme = "Bearer" if header.startswith("Bearer") else "Basic"
        response["WWW-Authenticate"] = f'{scheme} realm="OAuth"'
    return response


def _too_many(standing: Standing) -> Response:
    headers = {
        "Retry-After": str(standing.retry_after),
        "X-RateLimit-Reset": str(standing.resets_at),
    }
    return Response({"message": "Too Many Attempts."}, 429, headers=headers)
