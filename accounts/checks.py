"""Nothing is served that nobody thought about: the server does not start with such a route."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from accounts.rules.permissions import API_KEY
from paymenter.jsonapi.access import Route, table

TAG = "permissions"


@register(TAG)
def routes_have_permissions(**kwargs: Any) -> list[CheckMessage]:
    return problems(table())


def problems(routes: list[Route]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for route in routes:
        where = f"{route.method} {route.path}"
        if route.permission is None and not route.public:
            hint = "Make it a ResourceViewSet, or say `permission = None` and why in `public`."
            found.append(Error(f"{where} has no permission.", hint=hint, id="accounts.E001"))
        elif route.permission is not None and route.permission not in API_KEY:
            hint = "Add it to accounts/rules/permissions.py."
            text = f"{where} needs {route.permission}, which no key can have."
            found.append(Error(text, hint=hint, id="accounts.E002"))
    return found
