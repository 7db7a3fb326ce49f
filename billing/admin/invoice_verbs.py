"""What can be done with an invoice, as buttons."""

from collections.abc import Mapping
from typing import Any

from billing.actions.balances import balance_of
from billing.admin import choices
from billing.admin.invoice_parts import is_paid, payments_of
from billing.api.credit_notes import CreditNoteViewSet
from billing.api.invoice_commands import CancelInvoice, MarkInvoicePaid, ResendInvoice
from billing.api.invoice_transactions import InvoiceTransactionViewSet
from billing.api.refunds import RefundViewSet
from billing.corrections.models import Refund
from billing.models import Invoice, InvoiceTransaction
from paymenter.console.display import money
from paymenter.console.verbs import Verb, creation
from paymenter.rounding import rounded

AddPayment = creation(
    InvoiceTransactionViewSet,
    "AddPayment",
    owner="invoice_id",
    summary="Record a payment",
    more="The invoice becomes paid when its payments cover it; what is too much becomes credit.",
)
RefundInvoice = creation(
    RefundViewSet,
    "RefundInvoice",
    owner="invoice_id",
    summary="Give money back",
    more="The invoice stays paid; what is no longer owed is taken off by a credit note.",
)
CreditInvoice = creation(
    CreditNoteViewSet,
    "CreditInvoice",
    owner="invoice_id",
    summary="Issue a credit note",
    more="It takes an amount off the invoice. No money moves: what was paid too much is refunded.",
)


def _is_open(invoice: Invoice) -> bool:
    return invoice.status == Invoice.Status.PENDING


def _open_amount(invoice: Invoice) -> dict[str, Any]:
    return {"amount": max(rounded(balance_of(invoice).open), 0)}


def _paid_amount(invoice: Invoice) -> dict[str, Any]:
    return {"amount": rounded(balance_of(invoice).paid), "method": Refund.Method.CREDIT.value}


def _owed_amount(invoice: Invoice) -> dict[str, Any]:
    return {"amount": rounded(balance_of(invoice).owed)}


def _was_paid(invoice: Invoice) -> bool:
    return any(row.status == InvoiceTransaction.Status.SUCCEEDED for row in payments_of(invoice))


def _payment_of(invoice: Invoice) -> Mapping[str, Any]:
    payments = invoice.transactions.filter(
        status=InvoiceTransaction.Status.SUCCEEDED,
        is_credit_transaction=False,
        amount__gt=0,
        gateway__isnull=False,
    )
    found = [
        (str(row.pk), f"{row.gateway} {row} ({money(row.amount, invoice.currency_code)})")
        for row in payments.order_by("pk").select_related("gateway")
    ]
    help_text = "Needed for a refund through the gateway: the payment that goes back."
    return {"payment_id": choices.of_words(*found, label="Payment", help_text=help_text)}


METHODS = (
    (Refund.Method.CREDIT.value, "To the client's balance"),
    (Refund.Method.GATEWAY.value, "Through the gateway that took the payment"),
    (Refund.Method.MANUAL.value, "Already paid out by hand"),
)

VERBS = (
    Verb(
        MarkInvoicePaid,
        "Mark as paid",
        "check_circle",
        done="The payment is recorded, and the invoice is paid.",
        when=_is_open,
        bulk=True,
        form_fields={"gateway_id": choices.gateway},
    ),
    Verb(
        AddPayment,
        "Add payment",
        "payments",
        done="The payment is recorded.",
        fields=("amount", "gateway_id", "transaction_id", "fee"),
        form_fields={"gateway_id": choices.gateway},
        initial=_open_amount,
    ),
    Verb(
        RefundInvoice,
        "Refund",
        "currency_exchange",
        done="The refund is noted. One through a gateway is carried out by the worker.",
        when=_was_paid,
        fields=("amount", "method", "payment_id", "reason"),
        form_fields={"method": lambda: choices.of_words(*METHODS, label="How")},
        fields_of=_payment_of,
        initial=_paid_amount,
    ),
    Verb(
        CreditInvoice,
        "Credit note",
        "undo",
        done="The credit note is issued.",
        when=lambda invoice: is_paid(invoice) or invoice.status == Invoice.Status.CANCELLED,
        fields=("amount", "reason"),
        initial=_owed_amount,
    ),
    Verb(ResendInvoice, "Send the mail again", "forward_to_inbox", done="The mail is queued."),
    Verb(
        CancelInvoice,
        "Cancel",
        "block",
        done="The invoice is cancelled.",
        dangerous=True,
        bulk=True,
        when=_is_open,
    ),
)
