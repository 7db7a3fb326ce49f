"""`GET|PATCH /api/v1/profile/me`: what a person sees of himself and may change."""

from collections.abc import Mapping
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.login import check_current_password
from accounts.actions.profile import change_profile
from accounts.actions.properties import properties_of, refused_properties
from accounts.api import auth_schemas as schemas
from accounts.api.authentication import JwtAuthentication
from accounts.api.plain import PlainView, Unauthenticated, body_of, stamp
from accounts.models import User
from accounts.rules.passwords import LEAST, Confirmed, Letters, Numbers
from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.laravel.validation import Email, Max, Min, String


class IsPerson(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            raise Unauthenticated
        return True


class OwnView(PlainView):
    permission = None
    public = "asks for the person's own token"
    authentication_classes = (JwtAuthentication,)
    permission_classes = (IsPerson,)


class ProfileInput(Input):
    first_name = Field(String(), Max(255), required=True)
    last_name = Field(String(), Max(255), required=True)
    email = Field(Email(), Max(255), Unique(User, "email"), required=True)
    password = Field(String(), Min(LEAST), Letters(), Numbers(), Confirmed(), required=True)


class ProfileView(OwnView):
    @extend_schema(**schemas.SHOW_PROFILE)
    def get(self, request: Request) -> Response:
        caller: Any = request.auth
        return Response(described(cast(User, request.user), by=caller.impersonated_by))

    @extend_schema(**schemas.CHANGE_PROFILE)
    def patch(self, request: Request) -> Response:
        user, data = cast(User, request.user), body_of(request)
        properties = properties_in(data)
        changes = _changes(user, data, properties)
        if "password" in changes or changes.get("email", user.email) != user.email:
            check_current_password(user, data.get("current_password"))
        actor = Actor.of(request)
        user = change_profile(user, changes=changes, properties=properties, actor=actor)
        return Response(described(user, by=actor.behind))


def described(user: User, *, by: int | None = None) -> dict[str, Any]:
    """by: who acts as this user."""
    return {
        "id": user.pk,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "email_verified_at": stamp(user.email_verified_at),
        "two_factor": user.has_two_factor,
        "role": user.role.name if user.role else None,
        "permissions": sorted(user.permissions),
        "properties": properties_of(user),
        "impersonated_by": by,
        "created_at": stamp(user.created_at),
        "updated_at": stamp(user.updated_at),
    }


def properties_in(data: Mapping[str, Any]) -> dict[str, Any]:
    given = data.get("properties")
    return given if isinstance(given, dict) else {}


def _changes(user: User, data: Mapping[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The checked columns, or Refused with the texts of all fields."""
    errors = refused_properties(properties, user)
    changes: dict[str, Any] = {}
    try:
        changes = ProfileInput.update(data, user)
    except Refused as refused:
        errors = {**refused.errors, **errors}
    if errors:
        raise Refused(errors=errors)
    return changes
