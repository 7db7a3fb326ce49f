"""Who may do what in the console: the very permissions that the API asks for.

The console is a client of the viewsets in the same process. A request of a signed-in person is
shown to them as a request of the API by a caller with the rights of his role.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from paymenter.jsonapi.permissions import may as api_may
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The caller behind a session: what his role allows."""

    user: Any

    def may(self, permission: str) -> bool:
        return bool(self.user.may(permission))

    def knows(self, group: str) -> bool:
        return True


def api_request(request: HttpRequest) -> Request:
    """The same request as a viewset takes it."""
    found: Request | None = getattr(request, "_api_request", None)
    if found is None:
        found = Request(request)
        found.user, found.auth = request.user, SignedIn(request.user)
        request._api_request = found  # type: ignore[attr-defined]
    return found


def may(request: HttpRequest, group: str, ability: str) -> bool:
    """Whether `admin.<group>.<ability>` is the person's; nobody's without a role."""
    user: Any = request.user
    return bool(user.is_authenticated and user.is_staff) and api_may(
        api_request(request), group, ability
    )


def may_delete_many(request: HttpRequest, resource: type[Resource]) -> bool:
    """`deleteAny` where Paymenter has it, else `delete`."""
    user: Any = request.user
    return may(request, resource.permission, "delete") and bool(
        user.may_delete_many(resource.permission)
    )


def viewset_for(kind: type[ResourceViewSet], request: HttpRequest, action: str) -> Any:
    """A viewset ready to tell which function writes: `viewset_for(…, "create").written()`."""
    view = kind()
    view.request, view.action, view.kwargs, view.format_kwarg = (
        api_request(request),
        action,
        {},
        None,
    )
    return view
