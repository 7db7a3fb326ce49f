"""`?cursor=`: a walk through a list that nothing shifts."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice, Service
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.tests.careful import send, store_full_key, viewsets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]


@pytest.fixture(autouse=True)
def key() -> None:
    store_full_key()


def walk(client: Client, target: str) -> list[dict[str, Any]]:
    """All records, page by page, by the links alone."""
    found, pages = [], 0
    while target:
        body = send(client, "GET", target).json()
        found += body["data"]
        following = body["links"].get("next")
        assert (body["meta"]["next_cursor"] is None) is (following is None)
        target = following and following.partition("/api/v1/admin/")[2]
        pages += 1
        assert pages < 2000
    return found


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


def sortable() -> list[tuple[type[ResourceViewSet], str]]:
    return [
        (view, sign + name)
        for view in viewsets()
        if view.seekable
        for name in view.sorts
        for sign in ("", "-")
    ]


@pytest.mark.parametrize(
    "sort", ["", "id", "-id", "created_at", "-created_at", "currency_code", "-currency_code"]
)
def test_walk_finds_every_record_once(client: Client, sort: str) -> None:
    query = f"invoices?cursor=&per_page=100&sort={sort}"
    found = ids(walk(client, query))
    assert len(found) == len(set(found)) == Invoice.objects.count()


@pytest.mark.parametrize("sort", ["expires_at", "-expires_at", "-expires_at,status", "status,-id"])
def test_walk_is_in_the_order_asked_for_with_empty_values(client: Client, sort: str) -> None:
    Service.objects.filter(pk__lte=40).update(expires_at=None)
    found = [
        record["attributes"]["id"]
        for record in walk(client, f"services?cursor=&per_page=7&sort={sort}")
    ]
    backwards = sort.split(",")[-1].startswith("-")
    order = [*sort.split(","), "-id" if backwards else "id"]
    assert found == list(Service.objects.order_by(*order).values_list("id", flat=True))


def test_every_order_of_every_resource(client: Client) -> None:
    """Two pages of each, compared with one of twice the size."""
    for view, sort in sortable():
        if not view().usable([sort.lstrip("-")]):
            continue
        name = _address(view)
        first = send(client, "GET", f"{name}?cursor=&per_page=3&sort={sort}")
        assert first.status_code == 200, (name, sort, first.content)
        both = send(client, "GET", f"{name}?cursor=&per_page=6&sort={sort}").json()
        found = first.json()["data"]
        if following := first.json()["links"].get("next"):
            found += send(client, "GET", following.partition("admin/")[2]).json()["data"]
        assert ids(found) == ids(both["data"]), (name, sort)


def _address(view: type[ResourceViewSet]) -> str:
    from accounts.api.urls import router as people
    from billing.api.urls import router as shop
    from paymenter.api.urls import router as system
    from support.api.urls import router as desk

    registered = [*people.registry, *shop.registry, *desk.registry, *system.registry]
    return next(prefix for prefix, each, _ in registered if each is view)


def test_next_page_keeps_what_was_asked(client: Client) -> None:
    target = "invoices?filter[status]=paid&per_page=5&include=items&fields[invoices]=status&cursor="
    body = send(client, "GET", target).json()
    following = urlsplit(body["links"]["next"])
    assert following.query.startswith(
        "filter[status]=paid&per_page=5&include=items&fields[invoices]=status&cursor="
    )
    assert set(body["links"]) == {"next"}
    assert set(body["meta"]) == {"path", "per_page", "next_cursor"}
    found = walk(client, target)
    assert len(found) == Invoice.objects.filter(status="paid").count()
    assert {record["attributes"]["status"] for record in found} == {"paid"}


def test_inserts_and_deletions_shift_nothing(client: Client) -> None:
    target = "credits?cursor=&per_page=3&sort=-id"
    before = ids(walk(client, target))
    first = send(client, "GET", target).json()
    from billing.models import Credit

    Credit.objects.filter(pk=int(first["data"][-1]["id"])).delete()
    newest = Credit.objects.order_by("-pk").first()
    assert newest is not None
    Credit.objects.create(user_id=1, currency_code=newest.currency_code, amount=1)
    rest = walk(client, first["links"]["next"].partition("admin/")[2])
    assert ids(rest) == before[3:]


def test_no_page_counts_from_the_beginning(client: Client) -> None:
    following = send(client, "GET", "invoices?cursor=&per_page=50").json()["links"]["next"]
    with CaptureQueriesContext(connection) as found:
        send(client, "GET", following.partition("admin/")[2])
    texts = [query["sql"] for query in found]
    assert not any("OFFSET" in text for text in texts)
    assert any('"id" > ' in text or "`id` > " in text for text in texts)


@pytest.mark.parametrize(
    "cursor",
    ["x", "1", "WyJpZCJd:abc", "%ff", "a" * 9000, ":", "eyJ9:x:y", "null", "[]", "-1"],
)
def test_bad_cursor_is_refused(client: Client, cursor: str) -> None:
    response = send(client, "GET", f"invoices?cursor={cursor}")
    assert (response.status_code, response.json()) == (
        400,
        {"message": "The cursor is not one of this list: begin again with an empty one."},
    )


@pytest.mark.parametrize("query", ["cursor[]=x", "cursor[a]=x", "cursor[][b]=1"])
def test_cursor_that_is_no_text_is_refused(client: Client, query: str) -> None:
    assert send(client, "GET", f"invoices?{query}").status_code == 400


def test_cursor_of_another_list_or_order_is_refused(client: Client) -> None:
    cursor = send(client, "GET", "invoices?cursor=&per_page=5").json()["meta"]["next_cursor"]
    for target in ("orders?cursor=", "invoices?sort=-id&cursor=", "invoices?sort=status&cursor="):
        assert send(client, "GET", target + quote(cursor)).status_code == 400


def test_changed_cursor_is_refused(client: Client) -> None:
    cursor = send(client, "GET", "invoices?cursor=&per_page=5").json()["meta"]["next_cursor"]
    for place in range(0, len(cursor), 7):
        other = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + other + cursor[place + 1 :]
        assert send(client, "GET", f"invoices?cursor={quote(forged)}").status_code == 400


def test_last_page_names_no_next(client: Client) -> None:
    body = send(client, "GET", "invoices?cursor=&per_page=5&filter[id][eq]=1").json()
    assert (body["links"], body["meta"]["next_cursor"], len(body["data"])) == ({}, None, 1)
    empty = send(client, "GET", "invoices?cursor=&filter[id][eq]=0").json()
    assert (empty["data"], empty["links"]) == ([], {})


def test_without_cursor_pages_are_numbered(client: Client) -> None:
    assert "current_page" in send(client, "GET", "invoices").json()["meta"]
