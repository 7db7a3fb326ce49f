"""The stage of a scenario: a clock, a shop, and what people and the night do in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.db import connection

from billing.actions.daily.runs import run_daily
from billing.actions.payments import record_payment, remaining
from billing.books import CHECKS
from billing.models import Invoice, Service
from billing.tests.explained import unexplained
from billing.tests.factories import GatewayFactory
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db import zone
from paymenter.models import Setting
from paymenter.tests.database import seed
from paymenter.tests.jobs import work_off


class Stage:
    """Noon of a day, until `night` makes it noon of the next one. The books agree each week."""

    def __init__(self, start: datetime, traveller: Any) -> None:
        self.now, self._traveller = start, traveller
        self._payments = self._nights = 0
        self.gateway = GatewayFactory()

    def night(self) -> None:
        """At midnight the daily run, then what it asked of the workers."""
        local = zone.naive(self.now) + timedelta(days=1)
        self._move(zone.aware(local.replace(hour=0, minute=0, second=3)))
        run_daily()
        work_off()
        self._move(zone.aware(local.replace(hour=12, minute=0, second=0)))
        self._nights += 1
        if self._nights % 7 == 0:
            self.check()

    def check(self) -> None:
        wrong = [f"{code}: {found}" for code, check in CHECKS.items() for found in check.findings()]
        assert wrong == [], str(self.now)
        assert list(unexplained()) == []

    def nights(self, count: int) -> None:
        for _ in range(count):
            self.night()

    def until(self, year: int, month: int, day: int) -> None:
        """Noon of that day."""
        while (self.today.year, self.today.month, self.today.day) != (year, month, day):
            self.night()

    @property
    def today(self) -> datetime:
        return zone.naive(self.now)

    def pay(self, invoice: Invoice, amount: str | None = None) -> Invoice:
        """By the gateway; all that is open unless said."""
        self._payments += 1
        record_payment(
            actor=SYSTEM,
            invoice_id=invoice.pk,
            transaction_id=f"ch_{self._payments}",
            gateway_id=self.gateway.pk,
            amount=Decimal(amount) if amount else remaining(invoice),
        )
        work_off()
        invoice.refresh_from_db()
        return invoice

    def invoices(self, service: Service) -> list[str]:
        """Number, due date, total and status of all that it was billed by."""
        rows = service.invoices.all().order_by("pk")
        return [f"{row.number} {row.due_at:%m-%d} {_total(row)} {row.status}" for row in rows]

    def state(self, service: Service) -> str:
        """Status and the end of what is paid."""
        service.refresh_from_db()
        end = service.expires_at
        return f"{service.status} {zone.naive(end):%Y-%m-%d}" if end else service.status

    def last_invoice(self, service: Service) -> Invoice:
        invoice: Invoice = service.invoices.all().latest("pk")
        return invoice

    def _move(self, moment: datetime) -> None:
        self.now = moment
        self._traveller.move_to(moment, tick=False)
        options.forget()


@contextmanager
def stage(year: int, month: int, day: int, **settings: str) -> Iterator[Stage]:
    """A fresh shop at noon of that day, UTC unless the setting `timezone` says otherwise."""
    start = datetime(year, month, day, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as traveller:
        seed(connection)
        for key, value in settings.items():
            row = {"value": value, "type": "string"}
            Setting.objects.update_or_create(key=key, settingable_type=None, defaults=row)
        options.forget()
        made = Stage(start, traveller)
        yield made
        made.check()


def _total(invoice: Invoice) -> str:
    return f"{sum(item.price * item.quantity for item in invoice.items.all()):.2f}"
