"""Refunds: money that goes back to a client, which Paymenter does not know (ADR 15).

A refund that has succeeded is a negative payment of the invoice, so that what Paymenter computes
(what remains, revenue) stays true. The invoice stays paid. A refund leaves no debt: what it gives
back beyond what was paid too much is taken off the invoice by a credit note.

As credit and by hand it is one transaction. Through the gateway: 1. the refund is stored, with the
key by which the provider knows it, and a job is enqueued; 2. the job asks the provider, outside of
any transaction; 3. the answer is stored with the negative payment. Whatever is lost on the way,
the job asks again with the same key.
"""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.actions.audits import record_audit
from accounts.actions.records import create_record
from billing.actions.balances import balance_of, cash_of, refunds_under_way
from billing.actions.credit_notes import Lines, issue
from billing.actions.wallets import Kind, Wallet, Why
from billing.corrections.models import CreditNote, Refund
from billing.gateways import Declined, Refunded, Unsupported, module_called
from billing.models import Credit, Invoice, InvoiceTransaction
from billing.rules.balances import is_amount, total
from paymenter import events
from paymenter.actor import SYSTEM, Actor
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.jobs import job

NO_AMOUNT = "The amount must be positive, with two decimals at most."
TOO_MUCH = "The amount must not be greater than {}: that is what can still be refunded."
IS_CREDIT = "This invoice bought credit: refund it by hand or through the gateway."
NO_PAYMENT = "Choose a payment of this invoice that arrived through a gateway."
NO_MODULE = (
    "This gateway cannot give money back from here: refund at the provider, and record it with the"
    " method manual."
)

_Method, _Status = Refund.Method, Refund.Status


@transaction.atomic
def create_refund(
    *,
    actor: Actor,
    invoice_id: int,
    amount: Decimal,
    method: str,
    payment_id: int | None = None,
    reason: str | None = None,
) -> Refund:
    """method: `credit` to the client's balance, `manual` what staff paid out, `gateway` through
    the provider of the payment named."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if not is_amount(amount):
        raise Refused.on("amount", NO_AMOUNT)
    payment = _payment(invoice, payment_id) if method == _Method.GATEWAY else None
    left = _refundable(invoice, method, payment)
    if amount > left:
        raise Refused.on("amount", TOO_MUCH.format(max(left, Decimal("0.00"))))
    refund = Refund.objects.create(
        invoice_id=invoice.pk,
        payment_id=payment.pk if payment else None,
        method=method,
        amount=amount,
        reason=reason,
        key=str(uuid4()),
        staff_id=actor.user_id,
    )
    if _bought_credit(invoice):
        _take_credit(invoice, refund, actor)
    if payment is not None:
        carry_out_refund.enqueue(refund_id=refund.pk)
    else:
        _succeed(invoice, refund, actor)
    told = {"amount": str(amount), "method": str(method), "reason": reason}
    record_audit("refund", invoice, {}, told, actor=actor)
    return refund


@job(attempts=10, deadline=60)
def carry_out_refund(refund_id: int) -> None:
    """Asks the provider; what it answers is stored by `settle_refund`."""
    refund = Refund.objects.get(pk=refund_id)
    payment = InvoiceTransaction.objects.filter(pk=refund.payment_id or 0).first()
    if refund.status != _Status.PENDING:
        return
    module = module_called(payment.gateway.extension) if payment and payment.gateway else None
    if payment is None or module is None:
        settle_refund(refund.key, succeeded=False, error=NO_MODULE)
        return
    Refund.objects.filter(pk=refund.pk).update(attempts=refund.attempts + 1)
    try:
        answer = module.refund(payment, refund.amount, key=refund.key)
    except (Declined, Unsupported) as declined:
        settle_refund(refund.key, succeeded=False, error=str(declined) or NO_MODULE)
    else:
        _answered(refund, answer)


def settle_refund(
    key: str,
    *,
    succeeded: bool,
    provider_id: str | None = None,
    error: str | None = None,
    actor: Actor = SYSTEM,
) -> Refund:
    """How a refund ended, told by its key; what is told again changes nothing."""
    with transaction.atomic():
        invoice_id = Refund.objects.values_list("invoice_id", flat=True).get(key=key)
        invoice = Invoice.objects.select_for_update().filter(pk=invoice_id).first()
        refund = Refund.objects.select_for_update().get(key=key)
        if refund.status in (_Status.SUCCEEDED, _Status.FAILED):
            return refund
        refund.provider_id = provider_id or refund.provider_id
        if succeeded and invoice is not None:
            _succeed(invoice, refund, actor)
        else:
            _fail(invoice, refund, error, actor)
    return refund


def give_back(
    invoice: Invoice,
    amount: Decimal,
    why: Why,
    *,
    items: Lines = (),
) -> tuple[InvoiceTransaction, CreditNote | None]:
    """Turns money paid on the invoice into credit; the caller holds the invoice.

    `items` are what a credit note takes off the invoice then, if one is needed.
    """
    note = _note(invoice, amount, items, why)
    payment = _negative(invoice, amount, is_credit_transaction=True, actor=why.actor)
    told = Why(why.kind, why.actor, invoice.pk, payment.pk, why.reason)
    Wallet(invoice.user_id, invoice.currency_code).move(amount, told)
    _tell(payment, note, why)
    return payment, note


def _tell(payment: InvoiceTransaction, note: CreditNote | None, why: Why) -> None:
    told = {"kind": str(why.kind), "credit_note_id": note.pk if note else None}
    events.emit(events.PAYMENT_REFUNDED, payment, actor=why.actor, **told)


def _refundable(invoice: Invoice, method: str, payment: InvoiceTransaction | None) -> Decimal:
    """Credit that was used can only become credit again."""
    left = balance_of(invoice).paid
    if method != _Method.CREDIT:
        left = min(left, cash_of(invoice))
    elif _bought_credit(invoice):
        raise Refused.on("method", IS_CREDIT)
    left -= refunds_under_way(invoice)
    return left if payment is None else min(left, payment.amount - _refunded(payment))


def _payment(invoice: Invoice, payment_id: int | None) -> InvoiceTransaction:
    found = invoice.transactions.filter(
        pk=payment_id or 0,
        status=InvoiceTransaction.Status.SUCCEEDED,
        is_credit_transaction=False,
        amount__gt=0,
    ).first()
    if found is None or found.gateway is None or not found.transaction_id:
        raise Refused.on("payment_id", NO_PAYMENT)
    module = module_called(found.gateway.extension)
    if module is None or not module.refunds:
        raise Refused.on("method", NO_MODULE)
    return found


def _refunded(payment: InvoiceTransaction) -> Decimal:
    rows = Refund.objects.filter(payment_id=payment.pk).exclude(status=_Status.FAILED)
    return total(rows.values_list("amount", flat=True))


def _bought_credit(invoice: Invoice) -> bool:
    return invoice.items.filter(reference_type=class_name(Credit)).exists()


def _take_credit(invoice: Invoice, refund: Refund, actor: Actor) -> None:
    """What was bought goes when its price goes back; raises Refused where it is spent."""
    why = Why(Kind.REFUND, actor, invoice.pk, reason=refund.reason)
    Wallet(invoice.user_id, invoice.currency_code).move(-refund.amount, why)


def _succeed(invoice: Invoice, refund: Refund, actor: Actor) -> None:
    why = Why(Kind.REFUND, actor, invoice.pk, reason=refund.reason)
    if refund.method == _Method.CREDIT:
        payment, note = give_back(invoice, refund.amount, why)
    else:
        note = _note(invoice, refund.amount, (), why)
        payment = _paid_out(invoice, refund, actor)
        _tell(payment, note, why)
    refund.status, refund.invoice_transaction_id = _Status.SUCCEEDED, payment.pk
    refund.credit_note_id = note.pk if note else None
    refund.save()


def _paid_out(invoice: Invoice, refund: Refund, actor: Actor) -> InvoiceTransaction:
    original = InvoiceTransaction.objects.filter(pk=refund.payment_id or 0).first()
    gateway_id = original.gateway_id if original else None
    told: dict[str, Any] = {"gateway_id": gateway_id, "transaction_id": refund.provider_id}
    return _negative(invoice, refund.amount, is_credit_transaction=False, actor=actor, **told)


def _fail(invoice: Invoice | None, refund: Refund, error: str | None, actor: Actor) -> None:
    refund.status, refund.error = _Status.FAILED, (error or "")[:255] or None
    refund.save()
    if invoice is not None and _bought_credit(invoice):
        why = Why(Kind.REFUND, actor, invoice.pk, reason=refund.error)
        Wallet(invoice.user_id, invoice.currency_code).move(refund.amount, why)


def _answered(refund: Refund, answer: Refunded) -> None:
    if answer.done:
        settle_refund(refund.key, succeeded=True, provider_id=answer.provider_id)
        return
    rows = Refund.objects.filter(pk=refund.pk, status=_Status.PENDING)
    rows.update(status=_Status.PROCESSING, provider_id=answer.provider_id)


def _note(invoice: Invoice, amount: Decimal, items: Lines, why: Why) -> CreditNote | None:
    """None where nothing is owed for what goes back: it was too much, or the invoice is open."""
    if invoice.status != Invoice.Status.PAID:
        return None
    needed = balance_of(invoice).note_for_refund(amount)
    if not needed:
        return None
    lines = items if total(part for _, part in items) == needed else [(None, needed)]
    return issue(invoice, lines, reason=why.reason, actor=why.actor)


def _negative(
    invoice: Invoice, amount: Decimal, *, is_credit_transaction: bool, actor: Actor, **told: Any
) -> InvoiceTransaction:
    columns = {
        "invoice_id": invoice.pk,
        "gateway_id": None,
        "amount": -amount,
        "fee": None,
        "status": InvoiceTransaction.Status.SUCCEEDED.value,
        "is_credit_transaction": is_credit_transaction,
        **told,
    }
    return create_record(InvoiceTransaction, columns, actor=actor)
