"""Invoices: made, changed, paid (Paymenter: InvoiceObserver, InvoiceNumberListener)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.actions.audits import audits_together
from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import User
from billing.actions.balances import balance_of
from billing.actions.explanations import explain_all
from billing.actions.fulfilments import keep
from billing.actions.issued_taxes import freeze_tax, terms_for, with_tax
from billing.actions.numbers import next_invoice_number
from billing.actions.settlements import mark_paid
from billing.models import Invoice, InvoiceItem, InvoiceTransaction, ServiceUpgrade
from billing.rules.explanations import Explanation
from paymenter import events, options
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked
from paymenter.db.related import known
from paymenter.errors import Refused

HELD_BACK = timedelta(days=14)
NOT_PENDING = "Only a pending invoice can be cancelled: refund a paid one."
PARTLY_PAID = "A part of this invoice was paid: refund that first."
UNDER_WAY = "A payment of this invoice is under way: wait until it has succeeded or failed."
IS_PAID = "A paid invoice is not changed: refund it, or correct it by a credit note."

_PAID = Invoice.Status.PAID


@transaction.atomic(savepoint=False)
def create_invoice(
    *,
    actor: Actor,
    items: Any = (),
    explained: Sequence[Explanation] = (),
    send_email: bool = True,
    user: User | None = None,
    **values: Any,
) -> Invoice:
    """With its number, unless it is a proforma invoice. Created as paid it fulfils nothing.

    `explained`: how the amounts came about, for each item in turn, or nothing where they were
    given. `send_email`: whether the client is told. `user`: the row of `user_id`, where the caller
    has it.
    """
    terms = terms_for(values["user_id"])  # asked before the counter of numbers is locked
    with audits_together():
        if not options.flag("invoice_proforma"):
            values["number"] = next_invoice_number(actor=actor)
        invoice = create_record(Invoice, values, actor=actor)
        freeze_tax(invoice, terms)
        rows = [_item(invoice, item, actor) for item in items]
    if explained:
        taxed = [with_tax(explanation, terms) for explanation in explained]
        explain_all(zip(rows, taxed, strict=True))
    if user is not None:
        invoice.user = user
    with known(invoice, "items", rows):
        events.emit(events.INVOICE_CREATED, invoice, actor=actor, send_email=send_email)
    return invoice


def _item(invoice: Invoice, values: dict[str, Any], actor: Actor) -> InvoiceItem:
    return create_record(InvoiceItem, {**values, "invoice_id": invoice.pk}, actor=actor)


@transaction.atomic
def update_invoice(invoice: Invoice, *, actor: Actor, **changes: Any) -> Invoice:
    """A change to `paid` gives the number that is missing and fulfils what was paid for.

    A paid invoice may get another status, and its items are not fulfilled again when it is paid
    once more; whom it bills and in what stays.
    """
    invoice = locked(invoice)
    was_paid = invoice.status == _PAID
    becomes_paid = changes.get("status") == _PAID and not was_paid
    if was_paid:
        _refuse_changes(invoice, changes)
    if becomes_paid:
        mark_paid(invoice, actor=actor, at_once=True, **changes)
        return invoice
    if was_paid and changes.get("status", _PAID) != _PAID:
        keep(invoice)
    _change(invoice, changes, actor)
    return invoice


@transaction.atomic
def cancel_invoice(invoice: Invoice, *, actor: Actor) -> Invoice:
    """Of an open invoice on which nothing was paid; the upgrade it is for is cancelled too.

    A paid one is refunded or corrected by a credit note instead.
    """
    invoice = locked(invoice)
    if invoice.status != Invoice.Status.PENDING:
        raise Refused.on("status", NOT_PENDING)
    if balance_of(invoice).paid:
        raise Refused.on("status", PARTLY_PAID)
    if is_being_paid(invoice):
        raise Refused.on("status", UNDER_WAY)
    _change(invoice, {"status": Invoice.Status.CANCELLED.value}, actor)
    for upgrade in ServiceUpgrade.objects.select_for_update().filter(invoice_id=invoice.pk):
        if upgrade.status == ServiceUpgrade.Status.PENDING:
            cancelled = {"status": ServiceUpgrade.Status.CANCELLED.value}
            change_record(upgrade, cancelled, actor=actor)
    return invoice


def is_being_paid(invoice: Invoice) -> bool:
    """Whether a payment is under way, which holds cancellation and suspension back for a while."""
    since = fields.now() - HELD_BACK
    rows = invoice.transactions.filter(status=InvoiceTransaction.Status.PROCESSING)
    return rows.filter(updated_at__gt=since).exists()


@transaction.atomic
def delete_invoice(invoice: Invoice, *, actor: Actor) -> None:
    """Its items, transactions and snapshot go with it."""
    invoice = locked(invoice)
    events.emit(events.INVOICE_DELETED, invoice, actor=actor)
    delete_record(invoice, actor=actor)


def _change(invoice: Invoice, changes: dict[str, Any], actor: Actor) -> None:
    before = invoice.status
    if change_record(invoice, changes, actor=actor):
        cancelled = invoice.status == Invoice.Status.CANCELLED != before
        told = events.INVOICE_CANCELLED if cancelled else events.INVOICE_UPDATED
        events.emit(told, invoice, actor=actor)


def _refuse_changes(invoice: Invoice, changes: dict[str, Any]) -> None:
    for name in ("user_id", "currency_code", "number"):
        if name in changes and changes[name] != getattr(invoice, name):
            raise Refused.on(name, IS_PAID)
