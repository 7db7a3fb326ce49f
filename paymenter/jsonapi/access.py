"""Permissions as data: each route of the API with the verb, the address and what it asks for.

A viewset of a resource asks for `admin.<group>.<ability>`. Any other view says `permission = None`
and, as `public`, why: there is no third way (accounts.checks).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

from paymenter.jsonapi.permissions import ABILITIES
from paymenter.jsonapi.viewset import ResourceViewSet

_NAMED = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """`permission` is None where the view is open or checks its callers itself: `public` says why.

    Without either the route is undeclared.
    """

    method: str
    path: str
    permission: str | None
    public: str


def table(patterns: Iterable[Any] | None = None) -> list[Route]:
    """Of the whole project unless given, in the order of the addresses."""
    return [route for path, view in views(patterns) for route in _routes(path, view)]


def views(patterns: Iterable[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All views under `api/`, and DRF's views wherever they are."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            shown = _path(path)
            if shown.startswith("/api/") or hasattr(pattern.callback, "cls"):
                yield shown, pattern.callback


def _path(regex: str) -> str:
    path = _NAMED.sub(r"{\1}", simplify_regex(regex)).replace("{pk}", "{id}")
    return re.sub(r"/[?/]*$", "", path) or "/"


def _routes(path: str, callback: Any) -> Iterator[Route]:
    cls = getattr(callback, "cls", None)
    if cls is None or not issubclass(cls, ResourceViewSet):
        public = str(getattr(cls, "public", "")) if getattr(cls, "permission", "") is None else ""
        for method in _verbs(cls):
            yield Route(method, path, None, public)
        return
    view = cls(**callback.initkwargs)
    for method, name in callback.actions.items():
        if method.upper() not in ABILITIES or method == "head":
            continue
        if name in ("list", "retrieve") or view.action_of(name) is not None:
            own = getattr(getattr(view, "resource", None), "permission", None)
            group = getattr(view, "group", "") or own
            permission = f"admin.{group}.{view.abilities[method.upper()]}" if group else None
            yield Route(method.upper(), path, permission, "")


def _verbs(cls: Any) -> list[str]:
    return [verb for verb in ABILITIES if verb != "HEAD" and hasattr(cls, verb.lower())] or ["ANY"]
