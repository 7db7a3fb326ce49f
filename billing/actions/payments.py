"""Payments and attempts at them (Paymenter: ExtensionHelper.addPayment and its listener).

1. The invoice is locked. 2. A transaction id that the invoice knows is the same payment: what is
told again changes nothing, and what comes late never undoes a success. 3. When what succeeded
covers the total, the invoice is paid. What is paid too much stays as a negative remainder.
"""

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.invoices import update_invoice
from billing.actions.shown import invoice_total
from billing.models import Invoice, InvoiceTransaction
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

FROM_CREDIT = "The payment was taken from the client's credit: it stays as it is."
TAKEN = "The transaction id has already been taken."

_Status = InvoiceTransaction.Status
_EVENTS = {
    _Status.SUCCEEDED: events.PAYMENT_SUCCEEDED,
    _Status.PROCESSING: events.PAYMENT_PROCESSING,
    _Status.FAILED: events.PAYMENT_FAILED,
}


@transaction.atomic
def record_payment(
    *, actor: Actor, invoice_id: int, transaction_id: str | None = None, **values: Any
) -> InvoiceTransaction:
    """values: amount, and gateway_id, fee, status (succeeded), is_credit_transaction."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    values.setdefault("status", _Status.SUCCEEDED)
    payment = _known(invoice, transaction_id)
    if payment is None:
        columns = {"invoice_id": invoice.pk, "transaction_id": transaction_id or None, **values}
        payment = create_record(InvoiceTransaction, columns, actor=actor)
    elif _is_late(payment, values["status"]) or not _renew(payment, values, actor=actor):
        return payment
    _settle(invoice, payment, actor=actor)
    return payment


@transaction.atomic
def update_payment(
    payment: InvoiceTransaction, *, actor: Actor, **changes: Any
) -> InvoiceTransaction:
    """Staff's correction. A paid invoice stays paid, whatever becomes of the payment."""
    invoice, payment = _both_locked(payment)
    key = changes.get("transaction_id")
    if key != payment.transaction_id and _known(invoice, key):
        raise Refused.on("transaction_id", TAKEN)
    if change_record(payment, changes, actor=actor):
        _settle(invoice, payment, actor=actor)
    return payment


@transaction.atomic
def delete_payment(payment: InvoiceTransaction, *, actor: Actor) -> None:
    """A paid invoice stays paid."""
    _, payment = _both_locked(payment)
    delete_record(payment, actor=actor)


def remaining(invoice: Invoice) -> Decimal:
    """What is still to be paid; negative where too much was."""
    succeeded = invoice.transactions.filter(status=_Status.SUCCEEDED)
    return invoice_total(invoice) - sum(succeeded.values_list("amount", flat=True), Decimal())


def _known(invoice: Invoice, key: str | None) -> InvoiceTransaction | None:
    """The database compares without regard to case, providers do not."""
    rows = invoice.transactions.filter(transaction_id=key).order_by("pk") if key else ()
    return next((row for row in rows if row.transaction_id == key), None)


def _is_late(payment: InvoiceTransaction, status: str) -> bool:
    return payment.status == _Status.SUCCEEDED and status != _Status.SUCCEEDED


def _renew(payment: InvoiceTransaction, values: dict[str, Any], *, actor: Actor) -> bool:
    """A fee that is not told stays what it is."""
    told = {n: value for n, value in values.items() if n != "fee" or value is not None}
    return change_record(payment, told, actor=actor)


def _settle(invoice: Invoice, payment: InvoiceTransaction, *, actor: Actor) -> None:
    """Only money that arrived pays an invoice, also one that was cancelled."""
    events.emit(_EVENTS[_Status(payment.status)], payment, actor=actor)
    is_open = invoice.status != Invoice.Status.PAID
    if payment.status == _Status.SUCCEEDED and is_open and remaining(invoice) <= 0:
        update_invoice(invoice, actor=actor, status=Invoice.Status.PAID)


def _both_locked(payment: InvoiceTransaction) -> tuple[Invoice, InvoiceTransaction]:
    """The invoice first, as everywhere; raises Refused for what was paid with credit."""
    invoice = Invoice.objects.select_for_update().get(pk=payment.invoice_id)
    payment = locked(payment)
    if payment.is_credit_transaction:
        raise Refused(FROM_CREDIT)
    return invoice, payment
