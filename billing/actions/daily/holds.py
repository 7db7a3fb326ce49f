"""Money under way holds suspension, cancellation and charges back, for at most 14 days."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from billing.daily.models import Charge
from billing.models import Invoice, InvoiceItem, InvoiceTransaction, Service
from paymenter.db import fields
from paymenter.db.morph import class_name

LONGEST = timedelta(days=14)

_IN_FLIGHT = (Charge.Status.QUEUED, Charge.Status.RUNNING, Charge.Status.ACCEPTED)


def money_under_way(now: datetime) -> Exists:
    """Of services: whether an open invoice of theirs has a payment in `processing`, or a charge of
    which nothing has been heard since."""
    since = now - LONGEST
    invoices = InvoiceItem.objects.filter(
        reference_type=class_name(Service), reference_id=OuterRef("pk")
    ).exclude(invoice__status=Invoice.Status.PAID)
    return Exists(
        invoices.filter(invoice_id__in=_processing(since))
        | invoices.filter(invoice_id__in=_charged(since))
    )


def is_held(service: Service) -> bool:
    return Service.objects.filter(money_under_way(fields.now()), pk=service.pk).exists()


def _processing(since: datetime) -> "QuerySet[Any]":
    status = InvoiceTransaction.Status.PROCESSING
    rows = InvoiceTransaction.objects.filter(status=status, updated_at__gt=since)
    return rows.values("invoice_id")


def _charged(since: datetime) -> "QuerySet[Any]":
    """An answer that came since, whatever it says, ends the wait."""
    heard = InvoiceTransaction.objects.filter(
        invoice_id=OuterRef("invoice_id"), created_at__gte=OuterRef("created_at")
    )
    rows = Charge.objects.filter(status__in=_IN_FLIGHT, created_at__gt=since)
    return rows.exclude(Exists(heard)).values("invoice_id")
