"""Daily runs at the same moment bill each service once; with a control that shows the race."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, get_ident
from typing import Any

import pytest
from django.db import connection  # noqa: F401 (on_mariadb asks it)

from billing.actions.daily import renewals, working
from billing.actions.daily.runs import run_daily
from billing.daily.models import Charge, DailyRun, DailySlice, DailyWork, ParkedRow
from billing.models import Invoice, InvoiceItem, Service
from billing.tests.factories import OrderFactory, PlanFactory, ServiceFactory
from paymenter.db import fields
from paymenter.db.prepared import Prepared
from paymenter.models import CronStat
from paymenter.tests.races import at_once, emptied_tables, on_mariadb

pytestmark = [on_mariadb, pytest.mark.mariadb("needs connections that run side by side")]

MANY, SERVICES, ROUNDS = 8, 6, 5


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    with emptied_tables():
        for model in (DailyWork, DailySlice, ParkedRow, Charge, DailyRun):
            model._default_manager.all().delete()
        yield


def shop() -> None:
    plan, order = PlanFactory(), OrderFactory()
    for _ in range(SERVICES):
        ends = fields.now() + timedelta(days=3)
        ServiceFactory(plan=plan, order=order, status="active", expires_at=ends)


def bills() -> list[int]:
    """How many invoices each service got."""
    items = InvoiceItem.objects.values_list("reference_id", flat=True)
    found = list(items)
    return [found.count(pk) for pk in Service.objects.values_list("pk", flat=True)]


def test_runs_at_once_bill_once() -> None:
    for done in range(1, ROUNDS + 1):
        shop()
        at_once(lambda _: run_daily() and None, MANY)
        assert bills() == [1] * SERVICES * done
    numbers = Invoice.objects.values_list("number", flat=True)
    assert len(set(numbers)) == SERVICES * ROUNDS
    figures = CronStat.objects.filter(key="invoices_created").values_list("value", flat=True)
    assert sum(figures) == SERVICES * ROUNDS
    assert not ParkedRow.objects.exists()


def test_control_without_lock_and_guard_bills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier, met = Barrier(MANY, timeout=30), set[int]()
    unlocked = Prepared[Service](lambda: _plain(renewals._due_one()))

    class Looking:
        def first(self, **values: Any) -> Service | None:
            found = unlocked.first(**values)
            if get_ident() not in met:
                met.add(get_ident())
                barrier.wait()
            return found

    monkeypatch.setattr(renewals, "_DUE", Looking())
    monkeypatch.setattr(working, "note", lambda *given: None)
    shop()
    at_once(lambda _: run_daily() and None, MANY)
    assert max(bills()) > 1


def _plain(rows: Any) -> Any:
    rows.query.select_for_update = False
    return rows
