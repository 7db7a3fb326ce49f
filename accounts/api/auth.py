"""Signing in by API: JSON web tokens for clients and staff."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import login, registration, tokens
from accounts.actions.captcha import check_captcha
from accounts.actions.properties import refused_properties
from accounts.api import auth_schemas as schemas
from accounts.api.authentication import bearer_token
from accounts.api.plain import UNCACHED, PlainView, Unauthenticated, body_of
from accounts.api.profile import described, properties_in
from accounts.models import User
from accounts.rules.passwords import LEAST, Confirmed, Letters, Numbers
from paymenter import options
from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.laravel.validation import Email, Max, Min, String, php_text

INVALID = "The token is invalid or has expired."
TOS = "The tos field must be accepted."
YES = ("yes", "on", "1", "true")


class LoginInput(Input):
    email = Field(Email(), required=True)
    password = Field(String(), required=True)


class RegistrationInput(Input):
    first_name = Field(String(), Max(255), required=True)
    last_name = Field(String(), Max(255), required=True)
    email = Field(Email(), Max(255), Unique(User, "email"), required=True)
    password = Field(String(), Min(LEAST), Letters(), Numbers(), Confirmed(), required=True)


class LoginView(PlainView):
    permission = None
    public = "asks for the password"

    @extend_schema(**schemas.LOGIN)
    def post(self, request: Request) -> Response:
        data = body_of(request)
        values = LoginInput.create({**data, "email": data.get("email", data.get("username"))})
        user = login.log_in(
            values["email"],
            values["password"],
            code=php_text(data.get("code")) or None,
            captcha=php_text(data.get("captcha")) or None,
            actor=Actor.of(request),
        )
        return _issued(tokens.issue_pair(user))


class RegisterView(PlainView):
    permission = None
    public = "for whoever has no account yet, if it is open"

    @extend_schema(**schemas.REGISTER)
    def post(self, request: Request) -> Response:
        if not registration.is_open():
            raise Http404
        data, actor = body_of(request), Actor.of(request)
        if not (standing := registration.ADDRESS.hit(actor.ip_address)).allowed:
            raise login.Throttled(standing.retry_after)
        check_captcha(php_text(data.get("captcha")) or None, actor.ip_address)
        values = _registration(data)
        user = registration.register(**values, properties=properties_in(data), actor=actor)
        answer = _issued(tokens.issue_pair(user), 201)
        answer.data["user"] = described(user)
        return answer


class RefreshView(PlainView):
    permission = None
    public = "asks for the refresh token"

    @extend_schema(**schemas.REFRESH)
    def post(self, request: Request) -> Response:
        try:
            pair = tokens.renew_pair(_token(request, "refresh_token"))
        except tokens.InvalidToken:
            raise Unauthenticated(INVALID) from None
        return _issued(pair)


class LogoutView(PlainView):
    permission = None
    public = "asks for the token that it ends"

    @extend_schema(**schemas.LOGOUT)
    def post(self, request: Request) -> Response:
        """By either token: both end with the login that they belong to."""
        header = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        token = php_text(body_of(request).get("refresh_token")) or header or ""
        try:
            tokens.end_session(token)
        except tokens.InvalidToken:
            raise Unauthenticated(INVALID) from None
        return Response(status=204)


class VerifyView(PlainView):
    permission = None
    public = "tells of the token that it is given"

    @extend_schema(**schemas.VERIFY)
    def post(self, request: Request) -> Response:
        try:
            token = tokens.check(_token(request, "token"))
        except tokens.InvalidToken:
            raise Unauthenticated(INVALID) from None
        left = token["exp"] - int(datetime.now(UTC).timestamp())
        body = {"valid": True, "token_type": token["token_type"], "expires_in": left}
        return Response(body, headers=UNCACHED)


def _issued(pair: tokens.Pair, status: int = 200) -> Response:
    body = {
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
        "access_token": pair.access,
        "refresh_token": pair.refresh,
    }
    return Response(body, status, headers=UNCACHED)


def _token(request: Request, name: str) -> str:
    value = body_of(request).get(name)
    if not isinstance(value, str):
        raise Refused.on(name, f"The {name.replace('_', ' ')} field is required.")
    return value


def _registration(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked columns, or Refused with the texts of all fields."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    try:
        values = RegistrationInput.create(data)
    except Refused as refused:
        errors |= refused.errors
    if options.get("tos") and php_text(data.get("tos")).lower() not in YES:
        errors["tos"] = [TOS]
    errors |= refused_properties(properties_in(data))
    if errors:
        raise Refused(errors=errors)
    return values
