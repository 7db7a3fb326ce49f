"""What the dashboard counts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from billing.actions.figures import count_days
from billing.figures.models import DailyFigure
from billing.models import InvoiceTransaction, Service
from billing.reports import business, sums
from billing.tests.factories import (
    InvoiceFactory,
    InvoiceTransactionFactory,
    OrderFactory,
    PlanFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(NOW, tick=False):
        yield


def paid(amount: str, at: str, fee: str = "0", **columns) -> InvoiceTransaction:
    payment = InvoiceTransactionFactory(amount=Decimal(amount), fee=Decimal(fee), **columns)
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    InvoiceTransaction.objects.filter(pk=payment.pk).update(created_at=moment)
    return payment


def euros() -> object:
    return InvoiceFactory(currency__code="EUR")


def shown(found: sums.Table) -> dict[tuple[str, str], tuple[int, str, str, int]]:
    return {
        key: (each.payments, str(each.revenue), str(each.net), each.orders)
        for key, each in found.items()
    }


def test_money_by_day_and_currency_never_added_up():
    paid("10.00", "2026-11-23 08:00:00", "0.50")
    paid("5.00", "2026-11-23 23:59:59")
    paid("7.00", "2026-11-23 09:00:00", invoice=euros())
    paid("99.00", "2026-11-23 09:00:00", status="failed")
    paid("98.00", "2026-11-23 09:00:00", is_credit_transaction=True)
    paid("97.00", "2026-11-22 23:59:59")
    assert shown(sums.table(date(2026, 11, 23))) == {
        ("2026-11-23", "USD"): (2, "15.00", "14.50", 0),
        ("2026-11-23", "EUR"): (1, "7.00", "7.00", 0),
    }


def test_hours_and_months():
    paid("10.00", "2026-11-23 08:30:00")
    assert [*sums.table(date(2026, 11, 23), sums.HOUR)] == [("2026-11-23 08", "USD")]
    assert [*sums.table(date(2026, 11, 1), sums.MONTH)] == [("2026-11", "USD")]


def test_counted_days_and_live_ones_are_one_table():
    paid("10.00", "2026-10-01 08:00:00", "1.00")
    paid("20.00", "2026-11-24 08:00:00")
    OrderFactory()
    before = shown(sums.table(date(2026, 9, 1)))
    count_days.call()
    assert sums.counted_until() == date(2026, 11, 23)
    kept = DailyFigure.objects.get(day=date(2026, 10, 1), currency_code="USD")
    assert (kept.payments, kept.revenue, kept.fees) == (1, Decimal("10.00"), Decimal("1.00"))
    assert shown(sums.table(date(2026, 9, 1))) == before
    assert shown(sums.table(date(2026, 9, 1), sums.MONTH)) == {
        ("2026-10", "USD"): (1, "10.00", "9.00", 0),
        ("2026-11", "USD"): (1, "20.00", "20.00", 1),
    }


def test_counting_again_takes_a_refusal_of_last_week_back():
    payment = paid("10.00", "2026-11-10 08:00:00")
    count_days.call()
    InvoiceTransaction.objects.filter(pk=payment.pk).update(status="failed")
    count_days.call()
    assert not DailyFigure.objects.filter(currency_code="USD", payments__gt=0).exists()
    assert DailyFigure.objects.filter(currency_code="").count() == 13


RECURRING = [
    # period, unit, price, quantity, a month of it
    (1, "month", "10.00", 1, "10.00"),
    (1, "month", "10.00", 3, "30.00"),
    (3, "month", "30.00", 1, "10.00"),
    (1, "year", "120.00", 1, "10.00"),
    (1, "week", "7.00", 1, "30.42"),
    (1, "day", "1.00", 1, "30.42"),
]


@pytest.mark.parametrize(("period", "unit", "price", "quantity", "expected"), RECURRING)
def test_recurring_revenue_of_a_month(period, unit, price, quantity, expected):
    plan = PlanFactory(type="recurring", billing_period=period, billing_unit=unit)
    ServiceFactory(plan=plan, price=Decimal(price), quantity=quantity, status="active")
    found = business.recurring_revenue()
    assert [(each.currency, str(each.amount), each.count) for each in found] == [
        ("USD", expected, 1)
    ]


def test_what_does_not_recur():
    once = PlanFactory(type="one-time", billing_period=None, billing_unit=None)
    ServiceFactory(plan=once, price=Decimal(10), status="active")
    monthly = PlanFactory(type="recurring", billing_period=1, billing_unit="month")
    ServiceFactory(plan=monthly, price=Decimal(10), status="suspended")
    assert business.recurring_revenue() == []


def service(status: str, price: str, made: str, touched: str) -> None:
    row = ServiceFactory(status=status, price=Decimal(price))
    times = {
        "created_at": datetime.fromisoformat(made).replace(tzinfo=UTC),
        "updated_at": datetime.fromisoformat(touched).replace(tzinfo=UTC),
    }
    Service.objects.filter(pk=row.pk).update(**times)


def test_churn_counts_who_was_there_at_the_start():
    service("active", "10", "2026-01-01", "2026-11-20")
    service("active", "10", "2026-01-01", "2026-11-20")
    service("active", "10", "2026-01-01", "2026-11-20")
    service("cancelled", "10", "2026-01-01", "2026-11-01")
    service("cancelled", "10", "2026-01-01", "2026-09-01")  # before
    service("cancelled", "10", "2026-11-01", "2026-11-10")  # came and left since
    service("cancelled", "0", "2026-01-01", "2026-11-01")  # free
    found = business.churn(date(2026, 10, 25))
    assert (found.ended, found.stayed, found.rate) == (1, 3, Decimal("0.25"))


def test_overdue_is_what_is_left_to_pay():
    late = {"status": "pending", "due_at": date(2026, 11, 1)}
    half = InvoiceFactory(**late, items=[{"price": Decimal("30.00")}, {"price": Decimal("5.00")}])
    InvoiceTransactionFactory(invoice=half, amount=Decimal("15.00"))
    InvoiceTransactionFactory(invoice=half, amount=Decimal("1.00"), status="failed")
    InvoiceFactory(**late, currency__code="EUR", items=[{"price": Decimal("8.00"), "quantity": 2}])
    InvoiceFactory(status="pending", due_at=date(2026, 11, 24), items=[{"price": Decimal(9)}])
    InvoiceFactory(status="paid", due_at=date(2026, 11, 1), items=[{"price": Decimal(9)}])
    found = business.overdue(date(2026, 11, 24))
    assert [(each.currency, str(each.amount), each.count) for each in found] == [
        ("EUR", "16.00", 1),
        ("USD", "20.00", 1),
    ]


def test_services_by_state():
    for status in ("active", "active", "pending", "suspended", "cancelled"):
        ServiceFactory(status=status)
    assert business.services() == business.Services(active=2, pending=1, suspended=1)
