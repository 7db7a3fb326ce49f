"""Payments and attempts at them (Paymenter: ExtensionHelper.addPayment and its listener).

What a gateway has taken is recorded first, in a transaction of its own that nothing else can undo:
the invoice is locked, the payment stored, the invoice marked as paid when what succeeded covers
it. What the items are for is given afterwards (fulfilments).

1. A transaction id that the invoice knows is the same payment: what is told again changes nothing,
   and what comes late never undoes a success. 2. A payment of a provider counts for one invoice.
3. Only money that arrived pays an invoice, also one that was cancelled. 4. What is paid too much
becomes credit, and so does a part of what was cancelled: it buys nothing.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction

from accounts.actions.audits import audits_together, write_audits
from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.balances import balance_of
from billing.actions.fulfilments import fulfil
from billing.actions.refunds import give_back
from billing.actions.settlements import mark_paid
from billing.actions.shown import items_now
from billing.actions.wallets import Kind, Why
from billing.fulfilments.models import CountedPayment
from billing.models import Gateway, Invoice, InvoiceTransaction
from billing.rules.balances import MOST, Balance
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import claimed, held, locked, persistent, unharmed
from paymenter.db.prepared import Prepared, Slot
from paymenter.db.related import known
from paymenter.errors import Refused
from paymenter.rounding import rounded

FROM_CREDIT = "The payment was taken from the client's credit: it stays as it is."
WENT_BACK = "A part of this payment went back to the client: it stays as it is."
TAKEN = "The transaction id has already been taken."
OTHER_CURRENCY = "The invoice is in {}: a payment in {} cannot be recorded for it."
NOT_OPEN = "Only a pending invoice can be marked as paid."
IS_CANCELLED = "A part was paid of an invoice that had been cancelled."
NO_AMOUNT = "The amount must be a number that can be stored."

_Status = InvoiceTransaction.Status
_KNOWN = Prepared(
    lambda: InvoiceTransaction.objects.filter(
        invoice_id=Slot("invoice"), transaction_id=Slot("key")
    ).order_by("pk")[:1]
)
_SUCCEEDED = Prepared(
    lambda: InvoiceTransaction.objects.filter(
        invoice_id=Slot("invoice"), status=_Status.SUCCEEDED
    ).only("pk")[:1]
)
_EVENTS = {
    _Status.SUCCEEDED: events.PAYMENT_SUCCEEDED,
    _Status.PROCESSING: events.PAYMENT_PROCESSING,
    _Status.FAILED: events.PAYMENT_FAILED,
}


def record_payment(
    *,
    actor: Actor,
    invoice_id: int,
    transaction_id: str | None = None,
    currency_code: str | None = None,
    **values: Any,
) -> InvoiceTransaction:
    """What gateways call when money, or news of it, has arrived. Call it outside of a transaction.

    values: amount, and gateway_id, fee, status (succeeded), is_credit_transaction. A negative
    amount is money that the provider took back. Amounts are rounded to cents, as the column does.
    Raises Invoice.DoesNotExist, and Refused for another currency or what is no amount.
    """
    for name in ("amount", "fee"):
        values |= {name: _stored(values[name])} if values.get(name) is not None else {}
    values.setdefault("status", _Status.SUCCEEDED.value)

    def record() -> tuple[InvoiceTransaction, Invoice]:
        invoice = held(Invoice, invoice_id)
        _refuse_currency(invoice, currency_code)
        with known(invoice, "items", items_now(invoice)), audits_together():
            return _recorded(invoice, transaction_id or None, values, actor), invoice

    payment, invoice = persistent(record)
    if invoice.status == Invoice.Status.PAID:
        fulfil(invoice.pk, actor=actor)
    return payment


def pay_remaining(
    invoice: Invoice,
    *,
    actor: Actor,
    gateway_id: int | None = None,
    transaction_id: str | None = None,
) -> InvoiceTransaction:
    """What staff have received outside: a payment of what is still open, however often it is asked
    for at once. Raises Refused for an invoice that is not pending."""

    def record() -> InvoiceTransaction:
        held = locked(invoice)
        if held.status != Invoice.Status.PENDING:
            raise Refused.on("status", NOT_OPEN)
        if transaction_id and _known(held, transaction_id):
            raise Refused.on("transaction_id", TAKEN)
        told = {"gateway_id": gateway_id, "status": _Status.SUCCEEDED.value}
        amount = max(balance_of(held).open, Decimal())
        return _recorded(held, transaction_id, {**told, "amount": amount}, actor)

    payment = persistent(record)
    fulfil(invoice.pk, actor=actor)
    return payment


def record_fee(transaction_id: str, fee: Decimal, *, actor: Actor) -> InvoiceTransaction:
    """A fee told later; raises InvoiceTransaction.DoesNotExist (ExtensionHelper.addPaymentFee)."""
    fee = _stored(fee)

    def record() -> InvoiceTransaction:
        rows = InvoiceTransaction.objects.filter(transaction_id=transaction_id).order_by("pk")
        found = rows.first()
        if found is None:
            raise InvoiceTransaction.DoesNotExist
        invoice = Invoice.objects.select_for_update().get(pk=found.invoice_id)
        payment = locked(found)
        change_record(payment, {"fee": fee}, actor=actor)
        _settle(invoice, Decimal(), actor)
        return payment

    payment = persistent(record)
    fulfil(payment.invoice_id, actor=actor)
    return payment


def settle(invoice: Invoice, *, actor: Actor) -> bool:
    """Marks an invoice that is held by the caller as paid where what arrived covers it; whether it
    is paid now. What it is for is given by `fulfil` afterwards."""
    _settle(invoice, Decimal(), actor)
    return invoice.status == Invoice.Status.PAID


def update_payment(
    payment: InvoiceTransaction, *, actor: Actor, **changes: Any
) -> InvoiceTransaction:
    """Staff's correction. A paid invoice stays paid, whatever becomes of the payment."""
    with transaction.atomic():
        invoice, payment = _both_locked(payment)
        key = changes.get("transaction_id")
        if key != payment.transaction_id and _known(invoice, key):
            raise Refused.on("transaction_id", TAKEN)
        amount = changes.get("amount", payment.amount)
        _refuse_what_went_back(invoice, payment, Decimal(amount))
        if change_record(payment, changes, actor=actor):
            _tell(payment, actor)
            _settle(invoice, Decimal(), actor)
    fulfil(invoice.pk, actor=actor)
    return payment


@transaction.atomic
def delete_payment(payment: InvoiceTransaction, *, actor: Actor) -> None:
    """A paid invoice stays paid."""
    invoice, payment = _both_locked(payment)
    _refuse_what_went_back(invoice, payment, Decimal())
    delete_record(payment, actor=actor)


def remaining(invoice: Invoice) -> Decimal:
    """What is still to be paid; negative where too much was."""
    return balance_of(invoice).open


def gateway_called(extension: str | None) -> Gateway | None:
    """The gateway that a module's payments belong to; of several the first."""
    return Gateway.objects.filter(extension=extension).order_by("pk").first() if extension else None


# One payment


def _recorded(
    invoice: Invoice, key: str | None, values: dict[str, Any], actor: Actor
) -> InvoiceTransaction:
    payment = _known(invoice, key)
    before = _arrived(payment)
    if payment is None:
        _count(invoice, values.get("gateway_id"), key)
        told = {"transaction_id": key} if key else {"fee": None}
        columns = {"invoice_id": invoice.pk, **told, **values}
        payment = create_record(InvoiceTransaction, columns, actor=actor)
        _tell(payment, actor)
    elif _is_late(payment, values["status"]):
        return payment
    elif _renew(payment, values, actor=actor):
        _tell(payment, actor)
    _settle(invoice, _arrived(payment) - before, actor)
    return payment


def _known(invoice: Invoice, key: str | None) -> InvoiceTransaction | None:
    """Without regard to case, as the database compares."""
    return _KNOWN.first(invoice=invoice.pk, key=key) if key else None


def _count(invoice: Invoice, gateway_id: int | None, key: str | None) -> None:
    """Raises Refused for a payment of the provider that counts for another invoice."""
    if not key or not gateway_id:
        return
    digest = sha256(f"{gateway_id}\n{key}".encode()).hexdigest()
    counted = claimed(CountedPayment, digest, touch="created_at", invoice_id=invoice.pk)
    if counted.invoice_id == invoice.pk:
        return
    rows = InvoiceTransaction.objects.filter(invoice_id=counted.invoice_id, transaction_id=key)
    if rows.filter(gateway_id=gateway_id).exists():
        raise Refused.on("transaction_id", TAKEN)
    CountedPayment.objects.filter(pk=digest).update(invoice_id=invoice.pk)


def _is_late(payment: InvoiceTransaction, status: str) -> bool:
    return payment.status == _Status.SUCCEEDED and status != _Status.SUCCEEDED


def _renew(payment: InvoiceTransaction, values: dict[str, Any], *, actor: Actor) -> bool:
    """A fee that is not told stays what it is."""
    told = {n: value for n, value in values.items() if n != "fee" or value is not None}
    return change_record(payment, told, actor=actor, told=("is_credit_transaction",))


def _arrived(payment: InvoiceTransaction | None) -> Decimal:
    succeeded = payment is not None and payment.status == _Status.SUCCEEDED
    return payment.amount if payment and succeeded else Decimal()


def _tell(payment: InvoiceTransaction, actor: Actor) -> None:
    events.emit(_EVENTS[_Status(payment.status)], payment, actor=actor)


def _settle(invoice: Invoice, arrived: Decimal, actor: Actor) -> None:
    """Marks as paid what is covered; of what arrived, the part beyond that becomes credit."""
    balance = balance_of(invoice)
    is_taken_back = balance.credited > 0 and balance.owed <= 0
    is_open = invoice.status != Invoice.Status.PAID
    if is_open and balance.open <= 0 and not is_taken_back and (arrived or _was_paid(invoice)):
        mark_paid(invoice, actor=actor)
    too_much = min(balance.surplus, arrived)
    if too_much > 0 and (is_taken_back or invoice.status == Invoice.Status.PAID):
        write_audits()
        unharmed(give_back, invoice, too_much, Why(Kind.OVERPAYMENT, actor, invoice.pk))
    elif invoice.status == Invoice.Status.CANCELLED:
        _credit_part(invoice, min(balance.paid, arrived), actor)


def _credit_part(invoice: Invoice, amount: Decimal, actor: Actor) -> None:
    if amount > 0:
        why = Why(Kind.UNDELIVERED, actor, invoice.pk, reason=IS_CANCELLED)
        write_audits()
        unharmed(give_back, invoice, amount, why)


def _was_paid(invoice: Invoice) -> bool:
    """An invoice of nothing is paid by a payment of nothing, not by a failed one."""
    return _SUCCEEDED.first(invoice=invoice.pk) is not None


# What is refused


def _stored(amount: Any) -> Decimal:
    """As the column keeps it; raises Refused."""
    number = Decimal(amount)
    if not number.is_finite() or abs(rounded(number)) > MOST:
        raise Refused.on("amount", NO_AMOUNT)
    return number


def _refuse_currency(invoice: Invoice, code: str | None) -> None:
    if code is not None and code.upper() != invoice.currency_code.upper():
        text = OTHER_CURRENCY.format(invoice.currency_code, code)
        raise Refused.on("currency_code", text)


def _refuse_what_went_back(invoice: Invoice, payment: InvoiceTransaction, amount: Decimal) -> None:
    """A correction may not leave an invoice with more given back than was paid."""
    balance: Balance = balance_of(invoice)
    if payment.amount < 0:
        raise Refused(WENT_BACK)
    if amount < payment.amount and balance.paid - _arrived(payment) + amount < 0:
        raise Refused(WENT_BACK)


def _both_locked(payment: InvoiceTransaction) -> tuple[Invoice, InvoiceTransaction]:
    """The invoice first, as everywhere; raises Refused for what was paid with credit."""
    invoice = Invoice.objects.select_for_update().get(pk=payment.invoice_id)
    payment = locked(payment)
    if payment.is_credit_transaction:
        raise Refused(FROM_CREDIT)
    return invoice, payment
