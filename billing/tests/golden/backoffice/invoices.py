from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction

from billing.actions.balances import balance_of, line_total
from billing.actions.invoice_items import (
    create_invoice_item,
    delete_invoice_item,
    update_invoice_item,
)
from billing.actions.invoices import create_invoice, delete_invoice, update_invoice
from billing.actions.issued_taxes import rate_of, tax_of
from billing.actions.shown import UNAVAILABLE, currency_of
from billing.actions.snapshots import shown_properties
from billing.models import Currency, Invoice, InvoiceItem
from billing.rules.money import format_amount
from billing.rules.prices import Charge, price_of
from billing.tests.golden.backoffice import operation
from billing.tests.golden.backoffice.changed import changed
from billing.tests.golden.backoffice.staff import staff
from billing.tests.golden.registry import Failure
from paymenter import options
from paymenter.db import zone

Args = dict[str, Any]
Answer = dict[str, Any]


@operation("invoice.find")
def find(args: Args) -> int:
    """By number, else by id."""
    key = str(args["key"])
    found = Invoice.objects.filter(number=key).first()
    if found is None and key.isdigit():
        found = Invoice.objects.filter(pk=int(key)).first()
    if found is None:
        raise Invoice.DoesNotExist
    return int(found.pk)


@operation("invoice.create")
def create(args: Args) -> Answer:
    values = _values(args["values"])
    items = [_values(item) for item in args.get("items") or []]
    with _database_errors():
        told = bool(args.get("send_email", True))
        invoice = create_invoice(actor=staff(args), items=items, send_email=told, **values)
    return {
        "id": invoice.pk,
        "number": invoice.number,
        "status_in_memory": values.get("status"),
        "route_key": invoice.number or invoice.pk,
    }


@operation("invoice.create_in_failing_transaction")
def create_in_vain(args: Args) -> str:
    class Stop(Exception):
        """What fails after the invoice was made."""

    try:
        with transaction.atomic():
            create_invoice(actor=staff(args), **_values(args["values"]))
            raise Stop
    except Stop:
        return "stop"


@operation("invoice.update")
def update(args: Args) -> Answer:
    before = Invoice.objects.get(pk=args["id"])
    with _database_errors():
        invoice = update_invoice(before, actor=staff(args), **_values(args["values"]))
    return {
        "id": invoice.pk,
        "number": invoice.number,
        "status": invoice.status,
        "changed": changed(before),
    }


@operation("invoice.delete")
def delete(args: Args) -> bool:
    delete_invoice(Invoice.objects.get(pk=args["id"]), actor=staff(args))
    return True


@operation("invoice_item.create")
def create_item(args: Args) -> Answer:
    values = _values(args["values"])
    item = create_invoice_item(actor=staff(args), **values)
    return {"id": item.pk, "price": values["price"], "quantity": values.get("quantity")}


@operation("invoice_item.update")
def update_item(args: Args) -> Answer:
    before = InvoiceItem.objects.get(pk=args["id"])
    update_invoice_item(before, actor=staff(args), **_values(args["values"]))
    return {"changed": changed(before)}


@operation("invoice_item.delete")
def delete_item(args: Args) -> bool:
    delete_invoice_item(InvoiceItem.objects.get(pk=args["id"]), actor=staff(args))
    return True


def _values(given: Args) -> Args:
    """As the API hands them to the actions: typed, and of those columns that can be written."""
    writable = [f.attname for f in (*Invoice._meta.concrete_fields, *InvoiceItem._meta.fields)]
    writable = [name for name in writable if name not in ("id", "created_at", "updated_at")]
    return {name: _typed(name, value) for name, value in given.items() if name in writable}


def _typed(name: str, value: Any) -> Any:
    if name == "price":
        return Decimal(str(value))
    if name == "due_at" and value:
        return zone.aware(datetime.fromisoformat(value))
    return value


@contextmanager
def _database_errors() -> Iterator[None]:
    """What the console's forms let through and the database refuses."""
    try:
        with transaction.atomic():
            yield
            connection.check_constraints(["invoices"])
    except DatabaseError as error:
        raise Failure("database") from error


@operation("invoice.show")
def show(args: Args) -> Answer:
    invoice = Invoice.objects.get(pk=args["id"])
    snapshot = invoice.snapshot if options.flag("invoice_snapshot", True) else None
    balance = balance_of(invoice)
    user = invoice.user
    terms = tax_of(invoice) or rate_of(invoice)
    seller = options.read().get("bill_to_text", options.get("company_name"))
    currency = currency_of(invoice)
    key = invoice.number or invoice.pk
    return {
        "total": balance.lines,
        "remaining": balance.open,
        "formatted_total": price_object(balance.lines, invoice),
        "formatted_remaining": price_object(balance.open, invoice),
        "tax": terms._asdict() if terms else 0,
        "user_name": (snapshot and snapshot.name)
        or f"{user.first_name or ''} {user.last_name or ''}",
        "user_properties": (snapshot and snapshot.properties) or shown_properties(invoice),
        "bill_to": (snapshot and snapshot.bill_to) or seller,
        "route_key": key,
        "url": f"http://localhost/invoices/{key}",
        "items": [
            {
                "id": item.pk,
                "total": line_total(item),
                "formatted_price": text(item.price, currency),
                "formatted_total": text(line_total(item), currency),
            }
            for item in invoice.items.order_by("pk")
        ],
        "transactions": [
            {
                "id": row.pk,
                "status": row.status,
                "formatted_amount": text(row.amount, currency),
                "formatted_fee": text(row.fee or Decimal(), currency),
            }
            for row in invoice.transactions.order_by("pk")
        ],
    }


def text(amount: Decimal, currency: Currency | None) -> str:
    if currency is None:
        return UNAVAILABLE
    return format_amount(
        amount, prefix=currency.prefix, suffix=currency.suffix, format=currency.format
    )


def price_object(amount: Decimal, invoice: Invoice) -> Answer:
    """Without setup fee, and with the tax that the amount holds."""
    terms, currency = tax_of(invoice), currency_of(invoice)
    found = price_of([Charge(amount)], terms.rate if terms else None)
    shown = {
        "total": found.total,
        "price": found.price,
        "setup_fee": Decimal(),
        "tax": found.tax,
        "setup_fee_tax": Decimal(),
        "total_tax": found.total_tax,
    }
    return {
        "price": found.price,
        "setup_fee": 0,
        "tax": found.tax,
        "setup_fee_tax": 0,
        "total": found.total,
        "total_tax": found.total_tax,
        "subtotal": found.subtotal,
        "available": currency is not None,
        "is_free": None,
        "has_setup_fee": False,
        "formatted": {name: text(value, currency) for name, value in shown.items()},
    }
