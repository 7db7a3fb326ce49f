"""Requests with a key that may do everything there is."""

import json
from collections.abc import Iterator
from typing import Any

from django.test import Client

from accounts.rules.permissions import API_KEY
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.permissions import ABILITIES
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.tests.api import ADMIN, store_key

ABLE = tuple(dict.fromkeys(ABILITIES.values()))
HEADERS = {"Authorization": "Bearer secret"}


def viewsets() -> list[type[ResourceViewSet]]:
    """Those of resources, not what is made of them."""
    import paymenter.urls  # noqa: F401 (all viewsets are there then)

    return list(_resources(ResourceViewSet))


def _resources(base: type[ResourceViewSet]) -> Iterator[type[ResourceViewSet]]:
    for view in base.__subclasses__():
        if hasattr(view, "resource"):
            yield view
        elif view is not Command:
            yield from _resources(view)


def may_do(*abilities: str) -> tuple[str, ...]:
    groups = sorted({view.resource.permission for view in viewsets()})
    return tuple(f"admin.{group}.{ability}" for group in groups for ability in abilities)


def store_full_key(token: str = "secret") -> None:
    store_key(*API_KEY, *may_do(*ABLE), token=token)


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """`path` is what follows /api/v1/admin/; a body that is no text goes out as JSON."""
    text = body if isinstance(body, bytes | str) else b"" if body is None else json.dumps(body)
    kind = headers.pop("content_type", "application/json")
    path, _, asked = path.partition("?")
    return client.generic(
        method, ADMIN + path, text, kind, headers=HEADERS | headers, QUERY_STRING=asked
    )
