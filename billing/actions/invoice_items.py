"""The lines of an invoice. Those of a paid one stay; deleting one works as in Paymenter."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Invoice, InvoiceItem
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

IS_PAID = "The invoice is paid and is not changed: correct it by a credit note."


@transaction.atomic
def create_invoice_item(*, actor: Actor, **values: Any) -> InvoiceItem:
    _refuse_paid(values["invoice_id"], "invoice_id")
    return create_record(InvoiceItem, values, actor=actor)


@transaction.atomic
def update_invoice_item(item: InvoiceItem, *, actor: Actor, **changes: Any) -> InvoiceItem:
    _refuse_paid(item.invoice_id, "price")
    item = locked(item)
    change_record(item, changes, actor=actor)
    return item


@transaction.atomic
def delete_invoice_item(item: InvoiceItem, *, actor: Actor) -> None:
    Invoice.objects.select_for_update().filter(pk=item.invoice_id).first()
    delete_record(locked(item), actor=actor)


def _refuse_paid(invoice_id: int, field: str) -> None:
    """The invoice is held, so that no payment passes between."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.status == Invoice.Status.PAID:
        raise Refused.on(field, IS_PAID)
