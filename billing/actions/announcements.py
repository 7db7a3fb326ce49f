"""The mail about a new invoice: at once when items came along, else when they have come."""

from datetime import datetime

from django.db.models import Max

from billing.actions import notices
from billing.models import Invoice
from billing.rules.announcements import QUIET, next_look
from paymenter.db import fields
from paymenter.jobs import job


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


def _next_look(invoice: Invoice, now: datetime) -> datetime | None:
    last = invoice.items.aggregate(last=Max("created_at"))["last"]
    return next_look(created=invoice.created_at, last_item=last, now=now)


def _later(invoice_id: int, moment: datetime) -> None:
    mail_new_invoice.using(run_after=moment).enqueue(invoice_id=invoice_id)
