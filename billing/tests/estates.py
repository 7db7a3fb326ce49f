"""A small shop whose books are in order, for tests that spoil one thing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection

from billing.actions.numbers import COUNTER
from billing.models import Credit, Invoice, Service
from billing.tests.factories import (
    CreditFactory,
    InvoiceFactory,
    InvoiceSnapshotFactory,
    OrderFactory,
    PlanFactory,
    PriceFactory,
    ServiceFactory,
)
from paymenter import options
from paymenter.db.fields import now
from paymenter.db.morph import class_name
from paymenter.models import Setting
from paymenter.tests.database import seed


def estate() -> SimpleNamespace:
    """One client with a service that he paid, one that he has just ordered, and some credit."""
    seed(connection)
    options.forget()
    price = PriceFactory()
    order = OrderFactory()
    active = ServiceFactory(order=order, plan=price.plan, active=True)
    ordered = ServiceFactory(order=order, plan=price.plan)
    paid = bill(active, status=Invoice.Status.PAID)
    InvoiceSnapshotFactory(invoice=paid)
    pending = bill(ordered)
    deposit = InvoiceFactory(
        paid=True, number="INV-3", user=order.user, items=[{"reference_type": class_name(Credit)}]
    )
    InvoiceSnapshotFactory(invoice=deposit)
    credit = CreditFactory(user=order.user)
    return SimpleNamespace(
        user=order.user,
        price=price,
        plan=price.plan,
        product=price.plan.priceable,
        order=order,
        active=active,
        ordered=ordered,
        paid=paid,
        pending=pending,
        deposit=deposit,
        credit=credit,
        counter=_counted(3),
    )


def bill(service: Service, *, number: str | None = "", period: str = "", **values: Any) -> Invoice:
    """The next invoice for one period of a service, of its price."""
    if number == "":
        number = f"INV-{Invoice.objects.count() + 1}"
        _counted(Invoice.objects.count() + 1)
    line = {
        "reference": service,
        "price": service.price,
        "quantity": service.quantity,
        "description": f"Web hosting {period}".strip(),
    }
    columns = {"user": service.user, "currency": service.currency, "items": [line], **values}
    return InvoiceFactory(number=number, **columns)


def other_plan(**values: Any) -> Any:
    """Of another product, with its price."""
    return PriceFactory(plan=PlanFactory(**values)).plan


def ran(days_ago: int = 0) -> None:
    """The daily run came past so many days ago."""
    at = now() - timedelta(days=days_ago)
    owner = "App\\Models\\CronStat"
    Setting.objects.create(key="last_cron_run", value=f"{at:%Y-%m-%d %H:%M:%S}", type="string",
                           settingable_type=owner)  # fmt: skip


def _counted(count: int) -> Setting:
    row = Setting.objects.get(key=COUNTER)
    Setting.objects.filter(pk=row.pk).update(value=str(count))
    return row
