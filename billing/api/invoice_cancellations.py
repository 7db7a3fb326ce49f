from collections.abc import Mapping
from typing import Any

from billing.actions.invoices import cancel_invoice
from billing.api.invoices import InvoiceResource, InvoiceViewSet
from billing.models import Invoice
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command


class CancelInvoice(Command):
    resource = InvoiceResource
    path = "invoices/{id}/cancel"
    summary = "Cancel an open invoice"
    more = "Refused when a part of it was paid, or a payment is under way."
    key_description = InvoiceViewSet.key_description
    find = InvoiceViewSet.find

    def carry_out(self, record: Invoice, values: Mapping[str, Any], actor: Actor) -> Any:
        return cancel_invoice(record, actor=actor)
