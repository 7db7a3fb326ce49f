from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction

from billing.actions.invoice_items import (
    create_invoice_item,
    delete_invoice_item,
    update_invoice_item,
)
from billing.actions.invoices import create_invoice, delete_invoice, update_invoice
from billing.models import Invoice, InvoiceItem
from billing.tests.golden.backoffice import operation
from billing.tests.golden.backoffice.changed import changed
from billing.tests.golden.backoffice.staff import staff
from billing.tests.golden.registry import Failure
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
