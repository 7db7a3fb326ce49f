"""The daily run is killed between any two statements and run again: as if nothing had happened."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Audit, Notification
from billing.actions.daily.runs import run_daily
from billing.models import Credit, Invoice, InvoiceItem, InvoiceTransaction, Product, Service
from billing.provisioning.models import Provisioning
from billing.tests.factories import (
    CreditFactory,
    OrderFactory,
    PlanFactory,
    ServerFactory,
    ServiceCancellationFactory,
    ServiceFactory,
)
from paymenter.db import fields
from paymenter.models import CronStat

pytestmark = pytest.mark.django_db

POINTS = 12
DAY = timedelta(days=1)


class Killed(BaseException):
    """Caught by nobody on the way."""


@contextmanager
def statements(after: Callable[[int], None]) -> Iterator[None]:
    count = 0

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal count
        count += 1
        after(count)
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield


def shop() -> None:
    """Something for each step: billed, paid from a balance, free, suspended, ended."""
    plan = PlanFactory()
    Product.objects.update(stock=50, server_id=ServerFactory().pk)
    rich, poor = OrderFactory(), OrderFactory()
    CreditFactory(user=rich.user, currency=rich.currency, amount=15)

    def service(days: int, order: Any = poor, **columns: Any) -> Service:
        ends = fields.now() + days * DAY
        columns = {"status": "active", "expires_at": ends, **columns}
        made: Service = ServiceFactory(plan=plan, order=order, **columns)
        return made

    for order in (rich, poor):
        service(3, order)
        service(-5, order)
    service(3, price=0)
    service(-20, status="suspended")
    ServiceCancellationFactory(service=service(-1), at_end=True)
    old = service(5, status="pending")
    Service.objects.filter(pk=old.pk).update(created_at=fields.now() - 9 * DAY)


def state() -> dict[str, Any]:
    return {
        "services": rows(Service, "pk", "status", "price", "expires_at"),
        "lines": rows(InvoiceItem, "reference_id", "price", "invoice__status", "description"),
        "numbers": rows(Invoice, "number"),
        "payments": rows(InvoiceTransaction, "amount", "status"),
        "credits": rows(Credit, "user_id", "amount"),
        "stock": rows(Product, "pk", "stock"),
        "servers": rows(Provisioning, "service_id", "action"),
        "audits": rows(Audit, "auditable_type", "event"),
        "told": rows(Notification, "user_id", "title"),
        "figures": rows(CronStat, "key", "value"),
    }


def rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*columns), key=repr)


@pytest.mark.parametrize("seed", range(POINTS))
def test_killed_anywhere_and_run_again(seed: int) -> None:
    shop()
    with transaction.atomic():
        count = length()
        wanted = state()
        transaction.set_rollback(True)
    at = random.Random(seed).randint(1, count)  # noqa: S311

    def die(number: int) -> None:
        if number == at:
            raise Killed

    with pytest.raises(Killed), statements(die):
        run_daily()
    run_daily()
    assert state() == wanted, f"killed at statement {at} of {count}"


def length() -> int:
    last = 0

    def look(number: int) -> None:
        nonlocal last
        last = number

    with statements(look):
        run_daily()
    return last
