"""Lists as CSV."""

import csv
import tracemalloc
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import Credit, Invoice
from paymenter.jsonapi import csv_export
from paymenter.tests.api import store_key
from paymenter.tests.careful import send, store_full_key, viewsets
from paymenter.tests.test_cursor import _address as address_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]


@pytest.fixture(autouse=True)
def key() -> None:
    store_full_key()


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def rows(client: Client, target: str, **headers: str) -> list[dict[str, str]]:
    response = send(client, "GET", target, **headers)
    return list(csv.DictReader(StringIO(text_of(response), newline="")))


def test_all_records_not_only_a_page(client: Client) -> None:
    found = rows(client, "invoices?format=csv")
    assert len(found) == Invoice.objects.count() > 1000
    first = send(client, "GET", "invoices/1").json()["data"]["attributes"]
    assert found[0] == {name: "" if value is None else str(value) for name, value in first.items()}


def test_headers(client: Client) -> None:
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        response = send(client, "GET", "invoice-items?format=csv")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert response["Content-Disposition"] == (
            'attachment; filename="invoice-items-2026-11-23.csv"'
        )
        head = send(client, "HEAD", "invoice-items?format=csv")
        assert head["Content-Disposition"] == response["Content-Disposition"]
        assert head.content == b""
        assert not head.has_header("ETag")


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        ("text/csv", True),
        ("text/csv; charset=utf-8, */*", True),
        ("TEXT/CSV", True),
        ("application/json, text/csv", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_accept(client: Client, accept: str, is_csv: bool) -> None:
    response = send(client, "GET", "credits", Accept=accept)
    assert (response["Content-Type"].startswith("text/csv")) is is_csv


def test_other_format_is_json(client: Client) -> None:
    response = send(client, "GET", "credits?format=xml")
    assert response["Content-Type"] == "application/vnd.api+json"
    assert send(client, "GET", "credits?format=json", Accept="text/csv").json()


def test_filter_sort_and_fields(client: Client) -> None:
    target = (
        "invoices?format=csv&filter[status]=paid&sort=-created_at,id&fields[invoices]=id,status"
    )
    found = rows(client, target)
    assert list(found[0]) == ["id", "status"]
    wanted = Invoice.objects.filter(status="paid").order_by("-created_at", "id")
    assert [int(row["id"]) for row in found] == list(wanted.values_list("id", flat=True))


@pytest.mark.parametrize(
    ("query", "status"),
    [("filter[nope]=1", 400), ("sort=nope", 400), ("include=items", 400), ("include=nope", 400)],
)
def test_refusals_are_those_of_the_list(client: Client, query: str, status: int) -> None:
    response = send(client, "GET", f"invoices?format=csv&{query}")
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")


def test_permission_is_that_of_the_list(client: Client) -> None:
    store_key("admin.users.view", token="narrow")
    response = send(client, "GET", "invoices?format=csv", Authorization="Bearer narrow")
    assert response.status_code == 403


FORMULAS = ["=1+1", "+49 30 1234", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_made_harmless(client: Client, text: str) -> None:
    User.objects.filter(pk=1).update(first_name=text)
    found = rows(client, "users?format=csv")
    assert next(row for row in found if row["id"] == "1")["first_name"] == f"'{text}"


def test_amounts_stay_numbers(client: Client) -> None:
    Credit.objects.filter(pk=1).update(amount="-5.50")
    assert rows(client, "credits?format=csv")[0]["amount"] == "-5.50"


@pytest.mark.parametrize(
    "text", ['say "yes", no', "two\nlines", "two\r\nlines", "é🦊", "a,b;c", "'"]
)
def test_any_text_is_read_back(client: Client, text: str) -> None:
    User.objects.filter(pk=1).update(first_name=text)
    assert rows(client, "users?format=csv")[0]["first_name"] == text


def test_lines_end_as_rfc_4180_says(client: Client) -> None:
    text = text_of(send(client, "GET", "credits?format=csv"))
    assert text.endswith("\r\n")
    assert text.count("\r\n") == text.count("\n") == Credit.objects.count() + 1


def test_empty_list_has_its_names(client: Client) -> None:
    response = send(client, "GET", "credits?format=csv&filter[id][eq]=0")
    assert text_of(response) == "id,currency_code,amount,updated_at,created_at\r\n"


def test_every_resource_has_it(client: Client) -> None:
    for view in viewsets():
        name = address_of(view)
        lines = text_of(send(client, "GET", f"{name}?format=csv")).split("\r\n")
        shown = next(csv.reader(lines))
        assert shown == [n for n in view.resource.attributes if n in shown], name
        assert shown[0] == view.resource.attributes[0]


def test_rows_come_in_portions_without_offset(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "ROWS_AT_ONCE", 100)
    with CaptureQueriesContext(connection) as found:
        assert (
            len(rows(client, "invoices?format=csv&sort=-currency_code")) == Invoice.objects.count()
        )
    asked = [query["sql"] for query in found if "LIMIT 100" in query["sql"]]
    assert len(asked) == Invoice.objects.count() // 100 + 1
    assert not any("OFFSET" in text for text in asked)


def test_memory_does_not_grow_with_the_table(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "ROWS_AT_ONCE", 50)

    def peak(target: str) -> int:
        response = send(client, "GET", target)
        tracemalloc.start()
        for _ in response.streaming_content:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak("invoices?format=csv")
    few = peak("invoices?format=csv&filter[id][lte]=100")
    many = peak("invoices?format=csv")
    assert many < few * 1.5
