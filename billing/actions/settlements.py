"""How an invoice becomes paid, whoever says so: a payment, a balance, or staff."""

from typing import Any

from accounts.actions.audits import write_audits
from accounts.actions.records import change_record
from billing.actions import fulfilments
from billing.actions.numbers import next_invoice_number
from billing.actions.snapshots import take_snapshot
from billing.models import Invoice
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import unharmed


def mark_paid(invoice: Invoice, *, actor: Actor, at_once: bool = False, **changes: Any) -> None:
    """The invoice is held by the caller, who calls `fulfil` when this is stored, unless `at_once`.

    Nothing that follows from the payment can undo it: neither a number that cannot be made, nor
    the snapshot, nor a message, nor a listener.
    """
    if not invoice.number:
        number = unharmed(next_invoice_number, actor=actor)
        changes |= {"number": number} if number else {}

    changed_at = invoice.updated_at

    def follow() -> None:
        fulfilments.plan(invoice, changed_at=changed_at)
        if at_once:
            fulfilments.fulfil(invoice.pk, actor=actor)

    paid = {"status": Invoice.Status.PAID.value, **changes}
    change_record(invoice, paid, actor=actor, then=follow)
    write_audits()
    unharmed(take_snapshot, invoice)
    events.emit(events.INVOICE_PAID, invoice, actor=actor)
