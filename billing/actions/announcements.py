"""The mail about a new invoice: at once when items came along, else when they have come."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.actions import mails
from accounts.actions.audits import record_audit
from billing.actions import notices
from billing.models import Invoice
from billing.rules.announcements import QUIET, next_look
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.errors import Refused
from paymenter.jobs import job

MAILS_OFF = "Mails are switched off in the settings."
NO_ITEMS = "The invoice has no items yet."


def announce_invoice(invoice: Invoice) -> None:
    """In the transaction that created it. Each invoice has one job, which waits by taking its own
    place anew: so there is one mail."""
    if invoice.items.exists():
        mail_new_invoice.enqueue(invoice_id=invoice.pk, complete=True)
    else:
        _later(invoice.pk, fields.now() + QUIET)


@job(atomic=True)
def mail_new_invoice(invoice_id: int, complete: bool = False) -> None:
    """`complete`: nobody is waited for."""
    invoice = Invoice.objects.select_related("user").filter(pk=invoice_id).first()
    if invoice is None:
        return
    now = fields.now()
    due = now if complete else _next_look(invoice, now)
    if due is None or (not complete and invoice.status == Invoice.Status.CANCELLED):
        return
    if due > now:
        _later(invoice_id, due)
    else:
        notices.invoice_mailed(invoice)


def resend_invoice(invoice: Invoice, *, actor: Actor) -> Invoice:
    """To the client once more; which mail follows from whether it is paid."""
    if not mails.are_on():
        raise Refused(MAILS_OFF)
    if not invoice.items.exists():
        raise Refused(NO_ITEMS)
    with transaction.atomic():
        notices.invoice_resent(invoice)
        record_audit("resend", invoice, {}, {"to": invoice.user.email}, actor=actor)
    return invoice


def _next_look(invoice: Invoice, now: datetime) -> datetime | None:
    last = invoice.items.aggregate(last=Max("created_at"))["last"]
    return next_look(created=invoice.created_at, last_item=last, now=now)


def _later(invoice_id: int, moment: datetime) -> None:
    mail_new_invoice.using(run_after=moment).enqueue(invoice_id=invoice_id)
