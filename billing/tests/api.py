"""Requests that write, with what they left behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client

from accounts.models import Audit, Notification
from accounts.rules.permissions import API_KEY
from paymenter.db.models import LaravelModel
from paymenter.models import Extension, Setting
from paymenter.tests.api import ADMIN, store_key

Rows = dict[str, list[Any]]


def key() -> None:
    store_key(*API_KEY)


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    return client.generic(
        method,
        ADMIN + path,
        b"" if body is None else client._encode_json(body, "application/json").encode(),  # type: ignore[attr-defined]
        "application/json",
        headers={"Authorization": "Bearer secret"},
    )


def created(client: Client, path: str, body: Any) -> dict[str, Any]:
    """The resource object of the answer."""
    response = send(client, "POST", path, body)
    assert response.status_code == 201, response.content
    data: dict[str, Any] = response.json()["data"]
    return data


def changed(client: Client, path: str, body: Any) -> dict[str, Any]:
    response = send(client, "PATCH", path, body)
    assert response.status_code == 200, response.content
    data: dict[str, Any] = response.json()["data"]
    return data


def deleted(client: Client, path: str) -> None:
    response = send(client, "DELETE", path)
    assert (response.status_code, response.content) == (204, b"")


def refused(client: Client, method: str, path: str, body: Any = None) -> Any:
    """The body of a 422, after which every row is what it was."""
    with nothing_changed():
        response = send(client, method, path, body)
    assert response.status_code == 422, response.content
    return response.json()


@contextmanager
def nothing_changed() -> Iterator[None]:
    before = rows()
    yield
    assert rows() == before


def rows() -> Rows:
    """All that a write of the shop could touch."""
    found = apps.get_app_config("billing").get_models()
    models: list[type[Model]] = [model for model in found if not model._meta.proxy]
    every: list[type[Model]] = [*models, Audit, Extension, Notification, Setting]
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values_list())
        for model in every
        if issubclass(model, LaravelModel)
    }


def audits() -> list[tuple[str, str, int, Any, Any]]:
    """What was audited, in order: event, class, id, old and new values."""
    return [
        (a.event, a.auditable_type.rpartition("\\")[2], a.auditable_id, a.old_values, a.new_values)
        for a in Audit.objects.order_by("pk")
    ]


def stamp(instant: Any) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000000Z"
