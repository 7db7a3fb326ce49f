from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import InvoiceItem
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def create_invoice_item(*, actor: Actor, **values: Any) -> InvoiceItem:
    return create_record(InvoiceItem, values, actor=actor)


@transaction.atomic
def update_invoice_item(item: InvoiceItem, *, actor: Actor, **changes: Any) -> InvoiceItem:
    item = locked(item)
    change_record(item, changes, actor=actor)
    return item


@transaction.atomic
def delete_invoice_item(item: InvoiceItem, *, actor: Actor) -> None:
    delete_record(locked(item), actor=actor)
