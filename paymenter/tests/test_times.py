"""Stored wall-clock times in answers, by the setting `timezone`, over the changes of the clock."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from billing.models import Invoice, Service
from paymenter.tests.api import VIEW_ALL, get, set_option, store_key

pytestmark = pytest.mark.django_db

AMSTERDAM, NEW_YORK = "Europe/Amsterdam", "America/New_York"


@pytest.fixture(autouse=True)
def records() -> None:
    store_key(*VIEW_ALL)
    owner = User.objects.create(id=1, email="1@example.org", password="!")
    Invoice.objects.create(id=1, user=owner, currency_code="USD")
    Service.objects.create(id=1, user=owner, currency_code="USD", price=1)


def shown(client: Client, target: str) -> dict[str, Any]:
    attributes: dict[str, Any] = get(client, target).json()["data"]["attributes"]
    return attributes


def store_time(table: str, column: str, value: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s", [value])


@pytest.mark.parametrize(
    ("zone", "stored", "printed"),
    [
        ("UTC", None, None),
        (AMSTERDAM, None, None),
        ("UTC", "2026-03-29 02:30:00", "2026-03-29T02:30:00.000000Z"),
        (AMSTERDAM, "2026-01-15 12:00:00", "2026-01-15T11:00:00.000000Z"),
        (AMSTERDAM, "2026-07-15 12:00:00", "2026-07-15T10:00:00.000000Z"),
        (AMSTERDAM, "2026-03-29 01:59:59", "2026-03-29T00:59:59.000000Z"),
        (AMSTERDAM, "2026-03-29 02:30:00", "2026-03-29T01:30:00.000000Z"),
        (AMSTERDAM, "2026-03-29 03:00:00", "2026-03-29T01:00:00.000000Z"),
        (AMSTERDAM, "2026-10-25 01:59:59", "2026-10-24T23:59:59.000000Z"),
        (AMSTERDAM, "2026-10-25 02:30:00", "2026-10-25T00:30:00.000000Z"),
        (AMSTERDAM, "2026-10-25 03:00:00", "2026-10-25T02:00:00.000000Z"),
        (NEW_YORK, "2026-03-08 01:59:59", "2026-03-08T06:59:59.000000Z"),
        (NEW_YORK, "2026-03-08 02:30:00", "2026-03-08T07:30:00.000000Z"),
        (NEW_YORK, "2026-03-08 03:00:00", "2026-03-08T07:00:00.000000Z"),
        (NEW_YORK, "2026-11-01 01:30:00", "2026-11-01T05:30:00.000000Z"),
        (NEW_YORK, "2026-11-01 02:00:00", "2026-11-01T07:00:00.000000Z"),
        (NEW_YORK, "2026-12-31 23:59:59", "2027-01-01T04:59:59.000000Z"),
        ("No/Where", "2026-07-15 12:00:00", "2026-07-15T12:00:00.000000Z"),
    ],
)
def test_times(client: Client, zone: str, stored: str | None, printed: str | None) -> None:
    set_option("timezone", zone)
    store_time("users", "created_at", stored)
    store_time("users", "email_verified_at", stored)
    user = shown(client, "users/1")
    assert (user["created_at"], user["email_verified_at"]) == (printed, printed)


@pytest.mark.parametrize(
    ("zone", "day", "printed"),
    [
        ("UTC", "2026-03-29", "2026-03-29T00:00:00.000000Z"),
        (AMSTERDAM, "2027-06-15", "2027-06-14T22:00:00.000000Z"),
        (AMSTERDAM, "2026-03-29", "2026-03-28T23:00:00.000000Z"),
        (AMSTERDAM, "2026-03-30", "2026-03-29T22:00:00.000000Z"),
        (AMSTERDAM, "2026-10-25", "2026-10-24T22:00:00.000000Z"),
        (AMSTERDAM, "2026-10-26", "2026-10-25T23:00:00.000000Z"),
        (NEW_YORK, "2026-03-08", "2026-03-08T05:00:00.000000Z"),
        (NEW_YORK, "2026-03-09", "2026-03-09T04:00:00.000000Z"),
        (NEW_YORK, "2026-11-01", "2026-11-01T04:00:00.000000Z"),
        (NEW_YORK, "2026-11-02", "2026-11-02T05:00:00.000000Z"),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00.000000Z"),
    ],
)
def test_days_are_midnights_of_the_installation(
    client: Client, zone: str, day: str, printed: str
) -> None:
    set_option("timezone", zone)
    store_time("invoices", "due_at", day)
    for clock in ("00:00:00", "02:30:00", "23:59:59"):
        store_time("services", "expires_at", f"{day} {clock}")
        assert shown(client, "services/1")["expires_at"] == printed
    assert shown(client, "invoices/1")["due_at"] == printed


def test_days_may_be_null(client: Client) -> None:
    assert shown(client, "invoices/1")["due_at"] is None
    assert shown(client, "services/1")["expires_at"] is None
