"""The first page: widgets that apps register, each with a permission of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from paymenter.console import access


@dataclass(frozen=True)
class Widget:
    """`context(request)` is what its template gets."""

    name: str
    template: str
    permission: str
    order: int
    context: Callable[[HttpRequest], dict[str, Any]]


_WIDGETS: list[Widget] = []


def widget(
    name: str, *, template: str, permission: str, order: int
) -> Callable[[Callable[[HttpRequest], dict[str, Any]]], Any]:
    """Registers a function that makes a widget's context."""

    def register(context: Callable[[HttpRequest], dict[str, Any]]) -> Any:
        _WIDGETS.append(Widget(name, template, permission, order, context))
        return context

    return register


def context(request: HttpRequest) -> dict[str, Any]:
    shown = [
        {"widget": each, **each.context(request)}
        for each in sorted(_WIDGETS, key=lambda each: each.order)
        if access.may(request, *each.permission.split("."))
    ]
    return {"widgets": shown, "has_widgets": bool(shown)}
