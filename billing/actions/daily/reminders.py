"""Clients are reminded of an invoice some days before it is due.

Paymenter offers the setting `cronjob_invoice_reminder` (3 days; 0 is never) and does not use it.
Once for each invoice, not on the day on which it was made, and not while a payment is under way.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from billing.actions.daily.step import Done, Rows, Step, days_of
from billing.actions.invoices import is_being_paid
from billing.daily.models import DailyWork
from billing.models import Invoice
from paymenter import events
from paymenter.db import zone
from paymenter.db.locks import locked


class InvoicesReminded(Step):
    key = "invoices_reminded"
    label = "Invoices reminded"
    in_stats = False

    def due(self) -> Rows:
        days = days_of("cronjob_invoice_reminder", 3)
        midnight = zone.aware(zone.naive(self.now).replace(hour=0, minute=0, second=0))
        reminded = DailyWork.objects.filter(step=self.key, record_id=OuterRef("pk"))
        rows = Invoice.objects.filter(
            status=Invoice.Status.PENDING,
            created_at__lt=midnight,
            due_at__range=(self.today, self.today + timedelta(days=max(days, 0))),
        )
        return (rows if days > 0 else rows.none()).exclude(Exists(reminded))

    def carry_out(self, record: Invoice) -> Done | None:
        invoice = locked(record)
        if invoice.status != Invoice.Status.PENDING or is_being_paid(invoice):
            return None
        events.emit(events.INVOICE_REMINDED, invoice)
        return Done(f"{invoice} reminded")
