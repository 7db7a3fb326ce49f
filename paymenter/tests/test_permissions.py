"""Every read with and without its permission, on the recorded installation."""

from typing import Any

import pytest
from django.test import Client

from billing.models import Credit, InvoiceItem, Order, Service
from paymenter.jsonapi import access
from paymenter.jsonapi.resource import Resource
from paymenter.tests.api import ADMIN, OPENERS, RESOURCES, VIEW_ALL, get, store_key
from paymenter.tests.permission_matrix import (
    BY_KIND,
    EMPTY_INCLUDES,
    INCLUDES,
    PEOPLES_INCLUDES,
    PEOPLES_ITEMS,
    REQUESTS,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated", "samples")]

ALL_INCLUDES = [*INCLUDES, *PEOPLES_INCLUDES]

UNAUTHORIZED = {"message": "This action is unauthorized."}


def everything_but(*names: str | None) -> list[str]:
    others = [f"admin.{r}.{a}" for r in ("users", "orders") for a in ("create", "delete")]
    return [name for name in (*VIEW_ALL, *others, "*", "admin.*") if name not in names]


def view(collection: str) -> str:
    if collection == "ticket-attachments":
        return "admin.ticket_messages.view"
    return f"admin.{collection.replace('-', '_')}.view"


def send(client: Client, method: str, path: str) -> Any:
    return client.generic(method, ADMIN + path, headers={"Authorization": "Bearer secret"})


@pytest.mark.parametrize(("method", "path", "permission"), REQUESTS)
def test_allowed_with_the_permission_alone(
    client: Client, method: str, path: str, permission: str
) -> None:
    store_key(permission)
    response = send(client, method, path)
    assert response.status_code == 200
    assert bool(response.content) is (method == "GET")


@pytest.mark.parametrize(("method", "path", "permission"), REQUESTS)
def test_denied_without_the_permission(
    client: Client, method: str, path: str, permission: str
) -> None:
    store_key(*everything_but(permission))
    response = send(client, method, path)
    assert response.status_code == 403
    assert response["Content-Type"] == "application/json"
    if method == "GET":
        assert response.json() == UNAUTHORIZED
    else:
        assert response.content == b""


@pytest.mark.parametrize(
    "path", ["users/999999", "users/abc", "users?filter[nope]=1", "users?include=x"]
)
def test_permission_comes_before_record_and_query(client: Client, path: str) -> None:
    store_key(*everything_but("admin.users.view"))
    response = get(client, path)
    assert (response.status_code, response.json()) == (403, UNAUTHORIZED)


def target(collection: str, include: str, form: str) -> str:
    """Of a list as many records as there are, so that every include brings some."""
    form = form.replace("/1?", f"/{PEOPLES_ITEMS.get(collection, '1')}?")
    return f"{collection}{form}include={include}"


@pytest.mark.parametrize(("collection", "include", "permission"), ALL_INCLUDES)
def test_include_allowed_with_its_permission_alone(
    client: Client, collection: str, include: str, permission: str | None
) -> None:
    store_key(view(collection), *OPENERS, *filter(None, [permission]))
    for form in ("?per_page=100&", "/1?"):
        response = get(client, target(collection, include, form))
        assert response.status_code == 200, response.content
        document = response.json()
        records = document["data"] if isinstance(document["data"], list) else [document["data"]]
        shown = {name for record in records for name in record.get("relationships", {})}
        expected = set() if (collection, include) in EMPTY_INCLUDES else {include.split(".")[0]}
        assert shown == expected
    for name in (f"{include}Count", f"{include}Exists"):
        wanted = 400 if "." in include else 200
        assert get(client, f"{collection}?include={name}").status_code == wanted


@pytest.mark.parametrize("form", ["?per_page=100&", "/1?"])
@pytest.mark.parametrize(
    ("collection", "include", "permission"), [row for row in ALL_INCLUDES if row[2]]
)
def test_include_denied_without_its_permission(
    client: Client, collection: str, include: str, permission: str, form: str
) -> None:
    store_key(*everything_but(permission))
    response = get(client, target(collection, include, form))
    assert response.status_code == 400
    assert list(response.json()) == ["message"]
    start = f"Requested include(s) `{include}` are not allowed."
    assert response.json()["message"].startswith(start)
    listed = response.json()["message"].removeprefix(start)
    assert f"`{include}`" not in listed
    assert f" {include}," not in listed


@pytest.mark.parametrize("suffix", ["Count", "Exists"])
@pytest.mark.parametrize(
    ("collection", "include", "permission"),
    [row for row in ALL_INCLUDES if row[2] and "." not in row[1] and row[:2] not in BY_KIND],
)
def test_count_and_exists_need_the_permission_too(
    client: Client, collection: str, include: str, permission: str, suffix: str
) -> None:
    store_key(*everything_but(permission))
    response = get(client, f"{collection}?include={include}{suffix}")
    assert response.status_code == 400
    message = f"Requested include(s) `{include}{suffix}` are not allowed."
    assert response.json()["message"].startswith(message)


@pytest.mark.parametrize(
    ("row", "name", "permission"),
    [
        (Service, "services", "admin.services.view"),
        (Credit, "credits", "admin.credits.view"),
        (Order, "orders", "admin.orders.view"),
    ],
)
def test_reference_needs_the_permission_of_what_it_refers_to(
    client: Client, row: Any, name: str, permission: str
) -> None:
    item = InvoiceItem.objects.create(
        invoice_id=1, price=1, reference_type=f"App\\Models\\{row.__name__}", reference_id=1
    )
    path = f"invoice-items/{item.pk}?include=reference"
    store_key("admin.invoice_items.view", permission)
    store_key(*everything_but(permission), token="other")
    allowed, denied = get(client, path), get(client, path, "other")
    assert allowed.status_code == 200
    assert [(r["type"], r["id"]) for r in allowed.json()["included"]] == [(name, "1")]
    assert (denied.status_code, denied.json()) == (
        400,
        {
            "message": "Requested include(s) `reference` are not allowed. "
            f"It would show {name}, which this key may not view."
        },
    )


@pytest.mark.parametrize(
    "permission", ["*", "admin.*", "admin.users.*", "users.view", "ADMIN.USERS.VIEW"]
)
def test_no_wildcards(client: Client, permission: str) -> None:
    store_key(permission)
    response = get(client, "users")
    assert (response.status_code, response.json()) == (403, UNAUTHORIZED)


def test_includes_that_are_allowed_are_named(client: Client) -> None:
    store_key("admin.users.view", "admin.services.view", "admin.roles.view")
    assert get(client, "users?include=orders").json() == {
        "message": "Requested include(s) `orders` are not allowed. Allowed include(s) are "
        "`services, servicesCount, servicesExists, role, roleCount, roleExists`."
    }
    store_key("admin.users.view", token="bare")
    assert get(client, "users?include=orders", "bare").json() == {
        "message": "Requested include(s) `orders` are not allowed. There are no allowed includes."
    }


def test_matrix_is_complete() -> None:
    views = [view for _, view in access.views() if hasattr(view, "initkwargs")]
    viewsets = {v.initkwargs.get("basename"): v.cls for v in views}
    declared = {
        (name, path) for name in (*RESOURCES, *PEOPLES_ITEMS) for path in viewsets[name].includes
    }
    assert {(collection, path) for collection, path, _ in ALL_INCLUDES} == declared
    assert {path for _, path, _ in REQUESTS} == {
        f"{name}{item}" for name in RESOURCES for item in ("", "/1")
    }
    assert {r.permission for r in Resource.by_type.values()} <= {p.split(".")[1] for p in VIEW_ALL}
