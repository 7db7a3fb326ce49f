"""The first page of the console: what it shows, and what it asks for it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from billing.models import InvoiceTransaction
from billing.tests.factories import InvoiceFactory, InvoiceTransactionFactory, ServiceFactory
from paymenter.tests.console import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment() -> Any:
    cache.clear()
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False):
        yield


def shown(client: Any, query: str = "") -> dict[str, Any]:
    page = client.get(f"/admin/{query}")
    assert page.status_code == 200
    return {each["widget"].name: each for each in page.context["widgets"]}


def paid(amount: str, day: str, **columns: Any) -> None:
    payment = InvoiceTransactionFactory(amount=Decimal(amount), fee=Decimal("1.00"), **columns)
    at = datetime.fromisoformat(f"{day} 08:00").replace(tzinfo=UTC)
    InvoiceTransaction.objects.filter(pk=payment.pk).update(created_at=at)


def test_cards_by_currency_and_against_the_month_before() -> None:
    paid("30.00", "2026-11-20")
    paid("20.00", "2026-10-01")
    paid("8.00", "2026-11-20", invoice=InvoiceFactory(currency__code="EUR"))
    cards = shown(signed_in("admin.widgets.overview"))["overview"]["cards"]
    told = {card.title: (card.lines, card.trend) for card in cards}
    assert told["Revenue, USD"] == (["30.00 USD"], "+50.0 %")
    assert told["Revenue, EUR"] == (["8.00 EUR"], "")


PERIODS = [("day", 37), ("week", 8), ("month", 31), ("year", 13), ("nonsense", 8)]


@pytest.mark.parametrize(("period", "points"), PERIODS)
def test_the_chart_of_a_period(period: str, points: int) -> None:
    paid("30.00", "2026-11-24")
    chart = shown(signed_in("admin.widgets.revenue"), f"?period={period}")["revenue"]
    data: dict[str, Any] = json.loads(chart["data"])
    assert len(data["labels"]) == points
    assert {each["label"]: sum(each["data"]) for each in data["datasets"]} == {
        "Paid": 30.0,
        "After fees": 29.0,
        "New orders": 0.0,
    }


def test_a_currency_that_is_not_there() -> None:
    chart = shown(signed_in("admin.widgets.revenue"), "?currency=%3Cscript%3E")["revenue"]
    assert chart["currency"] == "USD"


def test_no_more_than_twenty_queries(django_assert_max_num_queries: Any) -> None:
    client = signed_in("*")
    ServiceFactory(status="active")
    paid("30.00", "2026-11-24")
    for query in ("", "?period=year", "?period=day"):
        cache.clear()
        with django_assert_max_num_queries(20):
            client.get(f"/admin/{query}")
