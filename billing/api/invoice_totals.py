"""What an invoice comes to, as it is printed."""

from collections.abc import Mapping
from typing import Any

from billing.actions.documents import totals_of
from billing.api.invoices import InvoiceResource, InvoiceViewSet
from billing.models import Invoice
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Question

_AMOUNT = {"type": "string", "examples": ["121.00"]}
_TEXT = {"type": "string"}
_TAX = {
    "type": ["object", "null"],
    "description": "Contained in the total. Frozen when the invoice was issued.",
    "properties": {
        "name": _TEXT,
        "rate": _AMOUNT,
        "country": {"type": ["string", "null"]},
        "amount": _AMOUNT,
    },
    "required": ["name", "rate", "country", "amount"],
}


class ShowInvoiceTotals(Question):
    resource = InvoiceResource
    path = "invoices/{id}/totals"
    summary = "Show what an invoice comes to"
    more = "`remaining` is negative where too much was paid."
    key_description = InvoiceViewSet.key_description
    find = InvoiceViewSet.find
    answer = {
        "type": "object",
        "properties": {
            "currency_code": _TEXT,
            "subtotal": _AMOUNT,
            "tax": _TAX,
            "total": _AMOUNT,
            "credited": _AMOUNT | {"description": "Taken back by credit notes."},
            "paid": _AMOUNT,
            "remaining": _AMOUNT,
        },
        "required": ["currency_code", "subtotal", "tax", "total", "credited", "paid", "remaining"],
    }

    def carry_out(self, record: Invoice, values: Mapping[str, Any], actor: Actor) -> Any:
        return totals_of(record)
