"""What staff do with an invoice, beside changing its row."""

from collections.abc import Mapping
from typing import Any

from billing.actions.announcements import resend_invoice
from billing.actions.invoices import cancel_invoice
from billing.actions.payments import pay_remaining
from billing.api.invoice_transactions import InvoiceTransactionResource
from billing.api.invoices import InvoiceResource, InvoiceViewSet
from billing.api.own_records import refuse_own
from billing.models import Gateway, Invoice, InvoiceTransaction
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.laravel.validation import Max, String


class OfInvoice(Command):
    resource = InvoiceResource
    key_description = InvoiceViewSet.key_description
    find = InvoiceViewSet.find


class CancelInvoice(OfInvoice):
    path = "invoices/{id}/cancel"
    summary = "Cancel an open invoice"
    more = "Refused when a part of it was paid, or a payment is under way."

    def carry_out(self, record: Invoice, values: Mapping[str, Any], actor: Actor) -> Any:
        return cancel_invoice(record, actor=actor)


class MarkPaidInput(Input):
    gateway_id = Field(Exists(Gateway), nullable=True)
    transaction_id = Field(String(), Max(255), nullable=True)


class MarkInvoicePaid(OfInvoice):
    path = "invoices/{id}/mark-paid"
    group, ability = "invoice_transactions", "create"
    summary = "Record that an invoice was paid"
    more = "A payment of what is still open is recorded, and what was bought is given."
    input = MarkPaidInput
    answers = InvoiceTransactionResource
    creates = True

    def carry_out(
        self, record: Invoice, values: Mapping[str, Any], actor: Actor
    ) -> InvoiceTransaction:
        refuse_own(self.request, record.user_id)
        return pay_remaining(record, actor=actor, **values)


class ResendInvoice(OfInvoice):
    path = "invoices/{id}/resend"
    summary = "Send the mail about an invoice again"
    more = "To the client, with the invoice as PDF. Templates that are switched off stay so."

    def carry_out(self, record: Invoice, values: Mapping[str, Any], actor: Actor) -> Invoice:
        return resend_invoice(record, actor=actor)
