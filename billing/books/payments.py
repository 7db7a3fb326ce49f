"""Payments, totals and the status of invoices agree."""

from datetime import timedelta

from django.db.models import Count, Exists, F, Func, Min, OuterRef, Q, TextField

from billing.books.amounts import ABSURD, SUCCEEDED, invoices, with_sums
from billing.books.check import Group, Ids, Rows
from billing.books.own import is_there
from billing.corrections.models import Refund
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from paymenter.db.fields import now

group = Group("Payments")

_Status = Invoice.Status
_MONEY = "{number}: {total:.2f} {currency_code} billed, {received:.2f} received"
_HELD = timedelta(days=14)  # how long a payment in processing holds a suspension back


@group.check(
    "Paid, but less has arrived than was billed",
    "Marked as paid by hand, or a payment was deleted, corrected or failed later. Record the "
    "payment that is missing, or set the invoice back to pending.",
    says=_MONEY,
)
def paid_too_little() -> Rows:
    return invoices(_Status.PAID).filter(over__lt=0)


@group.check(
    "Fully paid, but still pending",
    "Paymenter compares floats, so a remainder far below a cent keeps such an invoice open. Set it "
    "to paid: what was paid for is then delivered.",
    says=_MONEY,
)
def paid_but_pending() -> Rows:
    return invoices(_Status.PENDING).filter(received__gt=0).filter(over__gte=0)


@group.check(
    "Paid too much, and the rest was not credited",
    "Paymenter credits no surplus, here it is kept for a refund after a credit note. Refund it, as "
    "credit or in money.",
    says=_MONEY,
)
def overpaid() -> Rows:
    over = invoices(_Status.PAID).filter(over__gt=0).filter(received__gt=0)
    if not is_there(Refund):
        return over
    under_way = (Refund.Status.PENDING, Refund.Status.PROCESSING)
    refunds = Refund.objects.filter(invoice_id=OuterRef("pk"), status__in=under_way)
    return over.filter(~Exists(refunds))


@group.check(
    "More went back than was paid",
    "Negative payments are money that went back. Correct them, or the payments that are missing.",
    says=_MONEY,
)
def returned_too_much() -> Rows:
    returned = InvoiceTransaction.objects.filter(SUCCEEDED, amount__lt=0).values("invoice")
    return with_sums(Invoice.objects.filter(pk__in=returned)).filter(received__lt=0)


@group.check(
    "Cancelled, but money has arrived",
    "The client paid for what he did not get. Set the invoice to paid, pay the money back or add "
    "it to the client's credit.",
    says=_MONEY,
)
def cancelled_but_paid() -> Rows:
    return invoices(_Status.CANCELLED).filter(received__gt=0)


@group.check(
    "Pending, but there is nothing to pay",
    "No payment will ever settle it, so what it is for waits for ever. Set it to paid or "
    "cancel it.",
    says="{number}: {total:.2f} {currency_code}",
)
def nothing_to_pay() -> Rows:
    items = InvoiceItem.objects.filter(invoice=OuterRef("pk"))
    open_ones = invoices(_Status.PENDING).filter(Exists(items))
    return open_ones.filter(total__lte=0).filter(received__lte=0)


@group.check(
    "An invoice without a line",
    "It was made and never filled. Add what it is for, or delete it.",
    says="{number}, {status}, of {created_at}",
)
def invoice_without_items() -> Rows:
    items = InvoiceItem.objects.filter(invoice=OuterRef("pk"))
    settled = Invoice.objects.exclude(status=_Status.CANCELLED)
    return settled.filter(~Exists(items), created_at__lt=now() - timedelta(days=1))


@group.check(
    "The same payment is recorded more than once",
    "The provider told it twice, or ids were typed by hand and are not unique. Compare with the "
    "provider's list and delete what it does not know.",
    says="{transaction_id}: {many} times, on {bills} invoice(s), transactions {ids}",
    key="first",
)
def payment_twice() -> Rows:
    """Providers tell upper and lower case apart, MariaDB does not."""
    known = InvoiceTransaction.objects.filter(SUCCEEDED).exclude(transaction_id=None)
    exact = Func(F("transaction_id"), function="HEX", output_field=TextField())
    grouped = known.exclude(transaction_id="").annotate(exact=exact).values("gateway_id", "exact")
    counted = grouped.annotate(
        many=Count("pk"),
        bills=Count("invoice_id", distinct=True),
        first=Min("pk"),
        ids=Ids("pk"),
    )
    return counted.filter(many__gt=1).annotate(transaction_id=Min("transaction_id"))


@group.check(
    "A payment has been in processing for more than 14 days",
    "The provider never told how it ended. Look it up there and set it to succeeded or failed.",
    says="{invoice__number}: {amount:.2f} {invoice__currency_code} since {created_at}",
)
def processing_too_long() -> Rows:
    waiting = InvoiceTransaction.objects.filter(status=InvoiceTransaction.Status.PROCESSING)
    old = waiting.filter(created_at__lt=now() - _HELD)
    return old.filter(invoice__status=_Status.PENDING)


@group.check(
    "A payment of an impossible amount",
    "It is higher than any real bill, or the fee is, or the fee is negative. Correct it.",
    says="{invoice__number}: amount {amount}, fee {fee}, {status}",
)
def absurd_payment() -> Rows:
    wild = Q(amount__lte=-ABSURD) | Q(amount__gte=ABSURD)
    return InvoiceTransaction.objects.filter(wild | Q(fee__lt=0) | Q(fee__gte=ABSURD))
