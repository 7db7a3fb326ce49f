"""`/api/v1/profile/two-factor` and `/sessions`: one's second factor and signed-in browsers."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import two_factor, user_sessions
from accounts.actions.login import check_code, check_current_password
from accounts.api import own_security_schemas as schemas
from accounts.api.plain import UNCACHED, body_of, stamp
from accounts.api.profile import OwnView
from accounts.models import User, UserSession
from accounts.rules.devices import device_label
from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Max, Min, String

OTHERS = "Somebody who acts as you cannot do this."


class ProofInput(Input):
    current_password = Field(String(), required=True)
    code = Field(String(), Max(20), required=True)


class SecretInput(ProofInput):
    secret = Field(String(), Min(two_factor.LENGTH), Max(two_factor.LENGTH), required=True)


class TwoFactorView(OwnView):
    @extend_schema(**schemas.START)
    def post(self, request: Request) -> Response:
        """A secret, which counts for nothing until it comes back with a code of it."""
        user = _oneself(request)
        if user.has_two_factor:
            raise Refused(two_factor.ALREADY)
        secret = two_factor.new_secret()
        body = {"secret": secret, "address": two_factor.address_of(user, secret)}
        return Response(body, headers=UNCACHED)

    @extend_schema(**schemas.SWITCH_ON)
    def put(self, request: Request) -> Response:
        user, values = _oneself(request), SecretInput.create(body_of(request))
        check_current_password(user, values["current_password"])
        two_factor.enable_two_factor(
            user, values["secret"], values["code"], actor=Actor.of(request)
        )
        return Response({"two_factor": True})

    @extend_schema(**schemas.SWITCH_OFF)
    def delete(self, request: Request) -> Response:
        user, values = _oneself(request), ProofInput.create(body_of(request))
        check_current_password(user, values["current_password"])
        check_code(user, values["code"])
        two_factor.disable_two_factor(user, actor=Actor.of(request))
        return Response({"two_factor": False})


class SessionsView(OwnView):
    @extend_schema(**schemas.LIST_SESSIONS)
    def get(self, request: Request) -> Response:
        found = user_sessions.sessions_of(cast(User, request.user))[: schemas.MOST]
        return Response({"data": [_described(each) for each in found]})


class SessionView(OwnView):
    @extend_schema(**schemas.END_SESSION)
    def delete(self, request: Request, id: str) -> Response:
        user_sessions.end_own_session(_oneself(request), id, actor=Actor.of(request))
        return Response(status=204)


def _oneself(request: Request) -> User:
    """Not who acts as the user."""
    caller: Any = request.auth
    if caller.impersonated_by is not None:
        raise Refused(OTHERS, status=403)
    return cast(User, request.user)


def _described(session: UserSession) -> dict[str, Any]:
    return {
        "id": session.pk,
        "device": device_label(session.user_agent or ""),
        "ip_address": session.ip_address,
        "last_activity": stamp(session.last_activity),
        "expires_at": stamp(session.expires_at),
    }
