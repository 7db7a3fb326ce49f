"""How an amount came about, for the client who asks."""

from collections.abc import Mapping
from typing import Any

from billing.actions.explanations import explanation_of
from billing.api.invoice_items import InvoiceItemResource
from billing.api.service_upgrades import ServiceUpgradeResource
from billing.models import InvoiceItem, ServiceUpgrade
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Question

ANSWER = {
    "type": "object",
    "properties": {
        "facts": {
            "type": ["object", "null"],
            "description": "Null where the amount was not computed here (docs/pricing.md).",
        },
        "words": {"type": "array", "items": {"type": "string"}},
        "changed_since": {
            "type": "boolean",
            "description": "The amount was corrected by hand after it was computed.",
        },
    },
    "required": ["facts", "words", "changed_since"],
}


class ExplainInvoiceItem(Question):
    resource = InvoiceItemResource
    path = "invoice-items/{id}/explanation"
    summary = "Explain the amount of an invoice item"
    answer = ANSWER

    def carry_out(self, record: InvoiceItem, values: Mapping[str, Any], actor: Actor) -> Any:
        return explanation_of(record)


class ExplainServiceUpgrade(Question):
    resource = ServiceUpgradeResource
    path = "service-upgrades/{id}/explanation"
    summary = "Explain the amount of an upgrade"
    answer = ANSWER

    def carry_out(self, record: ServiceUpgrade, values: Mapping[str, Any], actor: Actor) -> Any:
        return explanation_of(record)
