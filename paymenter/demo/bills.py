"""Invoices as Paymenter leaves them: numbered, with items, payments, snapshots and mails."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from accounts.models import EmailLog, Notification, NotificationTemplate
from billing.models import (
    Credit,
    Invoice,
    InvoiceItem,
    InvoiceSnapshot,
    InvoiceTransaction,
)
from paymenter.db.morph import class_name
from paymenter.demo.catalog import TAXES, Catalog
from paymenter.demo.people import Person
from paymenter.demo.tables import Tables, money
from paymenter.laravel.php import json_encode

KEPT = timedelta(days=90)  # cronjob_delete_email_logs
BILL_TO = "Example Hosting\n1 Example Street\n12345 Example City"
_TAX_OF = {country: (name, rate, country) for name, rate, country in TAXES}
_CREDIT = class_name(Credit)
_ON_INVOICE = ("company_name", "address", "city", "state", "zip", "country")


class Line(NamedTuple):
    cents: int
    quantity: int
    description: str
    reference_type: str
    reference_id: int | None


@dataclass(frozen=True, slots=True)
class Bill:
    person: Person
    currency: str
    at: datetime
    due: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.cents * line.quantity for line in self.lines)


class Bills:
    """Issues invoices in the order of time; the last number is `number` afterwards."""

    def __init__(
        self, tables: Tables, catalog: Catalog, now: datetime, settings: Mapping[str, str]
    ) -> None:
        self._tables, self._catalog, self._now = tables, catalog, now
        self._format = settings.get("invoice_number_format") or "{number}"
        self._padding = int(settings.get("invoice_number_padding") or 1)
        self._url = settings.get("app_url", "")
        self.number = int(settings.get("invoice_number") or 0)
        self.balances: dict[int, int] = defaultdict(int)  # by the client's index
        self._templates = _templates()

    def pending(self, bill: Bill, rng: Random) -> int:
        invoice = self._issue(bill, Invoice.Status.PENDING, bill.at)
        if rng.random() < 0.3 and bill.at.date() < self._now.date():
            self._pay(invoice, bill, bill.at, rng, InvoiceTransaction.Status.FAILED)
        return invoice

    def cancelled(self, bill: Bill, at: datetime) -> int:
        return self._issue(bill, Invoice.Status.CANCELLED, at)

    def paid(self, bill: Bill, at: datetime, rng: Random) -> int:
        invoice = self._issue(bill, Invoice.Status.PAID, at)
        if rng.random() < 0.03:
            self._pay(invoice, bill, bill.at, rng, InvoiceTransaction.Status.FAILED)
        self._pay(invoice, bill, at, rng, InvoiceTransaction.Status.SUCCEEDED)
        self._settle(invoice, bill, at)
        return invoice

    def paid_with_credit(self, bill: Bill) -> int:
        """For the daily run, where the balance covers all."""
        self.balances[bill.person.index] -= bill.total
        invoice = self._issue(bill, Invoice.Status.PAID, bill.at)
        self._tables[InvoiceTransaction].add(
            *(invoice, None, money(bill.total), None, None),
            *(InvoiceTransaction.Status.SUCCEEDED, True, bill.at, bill.at),
        )
        self._settle(invoice, bill, bill.at)
        return invoice

    def has_credit_for(self, bill: Bill) -> bool:
        return self.balances.get(bill.person.index, 0) >= bill.total > 0

    def deposit(self, person: Person, at: datetime, cents: int, rng: Random) -> None:
        line = Line(cents, 1, f"Credit deposit ({person.currency})", _CREDIT, None)
        bill = Bill(person, person.currency, at, at.date(), (line,))
        self.paid(bill, at + timedelta(minutes=rng.randint(1, 20)), rng)
        self.balances[person.index] += cents

    def _issue(self, bill: Bill, status: Invoice.Status, changed_at: datetime) -> int:
        number = self._next_number(bill.at)
        invoice = self._tables[Invoice].add(
            number, status, bill.due, bill.currency, bill.person.id, bill.at, changed_at
        )
        for line in bill.lines:
            self._tables[InvoiceItem].add(
                *(invoice, money(line.cents), *line[1:], bill.at, bill.at)
            )
        self._tell("new_invoice_created", bill, bill.at, number)
        if status is Invoice.Status.PAID:
            self._tell("invoice_paid", bill, changed_at, number)
        return invoice

    def _next_number(self, at: datetime) -> str:
        """Paymenter: InvoiceNumberListener."""
        self.number += 1
        text = self._format.replace("{number}", str(self.number).rjust(self._padding, "0"))
        for name, code in (("{year}", "%Y"), ("{month}", "%m"), ("{day}", "%d")):
            if name in text:
                text = text.replace(name, at.strftime(code))
        return text

    def _pay(
        self,
        invoice: int,
        bill: Bill,
        at: datetime,
        rng: Random,
        status: InvoiceTransaction.Status,
    ) -> None:
        gateway = rng.choice(self._catalog.gateways)
        is_paid = status is InvoiceTransaction.Status.SUCCEEDED
        fee = money(bill.total * 15 // 1000 + 25) if is_paid else None
        self._tables[InvoiceTransaction].add(
            *(invoice, gateway, money(bill.total), fee, f"demo_{rng.getrandbits(64):016x}"),
            *(status, False, at, at),
        )

    def _settle(self, invoice: int, bill: Bill, at: datetime) -> None:
        person = bill.person
        tax = _TAX_OF.get(person.country.code, (None, None, None))
        self._tables[InvoiceSnapshot].add(
            person.name, _shown(person), *tax, BILL_TO, invoice, at, at
        )

    def _tell(self, key: str, bill: Bill, at: datetime, number: str) -> None:
        """The mail and the notice, as long as Paymenter keeps mails."""
        if at < self._now - KEPT or key not in self._templates:
            return
        subject, title = self._templates[key]
        amount = f"{money(bill.total)} {bill.currency}"
        sent_at = at + timedelta(seconds=4)
        self._tables[EmailLog].add(
            *(bill.person.id, subject, bill.person.email),
            *(f"<p>{subject}: {number}, {amount}.</p>", sent_at, EmailLog.Status.SENT, at, sent_at),
        )
        read_at = at + timedelta(hours=1) if at < self._now - timedelta(days=3) else None
        self._tables[Notification].add(
            *(bill.person.id, title or subject, f"{number}: {amount}"),
            *(f"{self._url}/invoices/{number}", read_at, at, read_at or at),
        )


def _templates() -> dict[str, tuple[str, str | None]]:
    rows = NotificationTemplate.objects.filter(enabled=True)
    return {
        key: (subject, title)
        for key, subject, title in rows.values_list("key", "subject", "in_app_title")
        if "{" not in subject + (title or "")  # one that would have to be rendered
    }


@lru_cache(maxsize=4096)
def _shown(person: Person) -> str:
    return json_encode(
        {key: person.properties[key] for key in _ON_INVOICE if key in person.properties}
    )
