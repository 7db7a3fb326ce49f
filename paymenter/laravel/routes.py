"""Addresses of the client area by Laravel's route names, as templates write them."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from django.conf import settings

from paymenter import options

PATHS = {
    "home": "",
    "login": "login",
    "register": "register",
    "2fa": "2fa",
    "password.request": "password/request",
    "password.reset": "password/reset/{token}",
    "verification.notice": "email/verify",
    "category.show": "products/{category}",
    "products.show": "products/{category}/{product}",
    "products.checkout": "products/{category}/{product}/checkout",
    "cart": "cart",
    "dashboard": "dashboard",
    "invoices": "invoices",
    "invoices.show": "invoices/{invoice}",
    "services": "services",
    "services.show": "services/{service}",
    "services.upgrade": "services/{service}/upgrade",
    "tickets": "tickets",
    "tickets.create": "tickets/create",
    "tickets.show": "tickets/{ticket}",
    "account": "account",
    "account.security": "account/security",
    "account.credits": "account/credits",
    "account.payment-methods": "account/payment-methods",
    "account.notifications": "account/notifications",
    # named by Paymenter's template about new devices, though Paymenter has no such route
    "profile.security": "account/security",
}

_PLACE = re.compile(r"\{(\w+)\}")


class RouteError(LookupError):
    """No such route, or a value for its address is missing."""


def route(name: str, keys: Iterable[object] = (), named: Mapping[str, object] | None = None) -> str:
    """`keys` fill the places of the address in order, `named` by name; the rest is the query."""
    if name not in PATHS:
        raise RouteError(f"Route [{name}] not defined.")
    given = dict(named or {})
    left = list(keys)

    def fill(place: re.Match[str]) -> str:
        value = given.pop(place[1]) if place[1] in given else left.pop(0) if left else None
        if value is None or value == "":
            raise RouteError(f"Missing parameter for [Route: {name}] [Parameter: {place[1]}].")
        return quote(str(value), safe="@:;,=+!*|")

    address = absolute(_PLACE.sub(fill, PATHS[name]))
    query = "&".join([*map(_encoded, left), *([urlencode(given)] if given else [])])
    return f"{address}?{query}" if query else address


def absolute(path: str) -> str:
    """`path` below the shop's address, which is the setting `app_url`."""
    root = str(options.get("app_url", settings.APP_URL)).rstrip("/")
    return f"{root}/{path.lstrip('/')}".rstrip("/")


def _encoded(value: object) -> str:
    return quote(str(value), safe="")
