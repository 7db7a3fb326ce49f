"""Who may call a view: denied unless the caller's key or role names the permission."""

from typing import Any, Protocol, cast

from django.http import Http404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from paymenter.jsonapi.errors import Forbidden

ABILITIES = {
    "GET": "view",
    "HEAD": "view",
    "POST": "create",
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
}


class Caller(Protocol):
    """What authentication leaves in `request.auth`."""

    def may(self, permission: str) -> bool: ...

    def knows(self, group: str) -> bool:
        """Whether the routes of a table exist for the caller at all."""


class Denied(BasePermission):
    """The default of every view: nobody, until the view says who."""

    def has_permission(self, request: Request, view: Any) -> bool:
        raise Forbidden


class HasPermission(BasePermission):
    """`admin.<group>.<ability>`: the view names the group, by default its resource's, and its
    `abilities` what a verb needs."""

    def has_permission(self, request: Request, view: Any) -> bool:
        ability = view.abilities.get(request.method or "")
        caller, group = cast(Caller | None, request.auth), view.permission_group()
        if caller is not None and not caller.knows(group):
            raise Http404
        if ability is None or not may(request, group, ability):
            raise Forbidden
        return True


def may(request: Request, group: str, ability: str) -> bool:
    caller = cast(Caller | None, request.auth)
    return caller is not None and caller.may(f"admin.{group}.{ability}")


def caller_of(request: Request) -> str | None:
    """Who calls, by a name that stays the same; None for nobody."""
    person = getattr(getattr(request, "user", None), "pk", None)
    if person is not None:
        return f"user {person}"
    key = getattr(request.auth, "id", None)
    return None if key is None else f"key {key}"
