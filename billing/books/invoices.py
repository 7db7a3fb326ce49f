"""Invoices and their lines: amounts, currencies, snapshots."""

from datetime import date

from django.db.models import (
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
)

from billing.books.amounts import ABSURD, LINE, summed
from billing.books.check import Group, Ids, Rows
from billing.models import Credit, Invoice, InvoiceItem, InvoiceSnapshot, Service, ServiceUpgrade
from paymenter import options
from paymenter.db.morph import class_name

group = Group("Invoices")

_KNOWN = [class_name(model) for model in (Service, ServiceUpgrade, Credit)]
_PENDING = Invoice.Status.PENDING


def _items_of_services() -> Rows:
    """With the currency and the owner of the service."""
    services = Service.objects.filter(pk=OuterRef("reference_id"))
    return InvoiceItem.objects.filter(reference_type=class_name(Service)).annotate(
        service_currency=Subquery(services.values("currency_code")),
        service_user=Subquery(services.values("user_id")),
    )


@group.check(
    "A line of an impossible amount",
    "The quantity is not positive, or the amount is higher than any real bill. Correct the line.",
    says="{invoice__number}: {quantity} x {price}, {description}",
)
def absurd_line() -> Rows:
    return InvoiceItem.objects.filter(
        Q(quantity__lte=0) | Q(price__gte=ABSURD) | Q(price__lte=-ABSURD)
    )


@group.check(
    "The total of an invoice is negative",
    "Nobody pays it. Cancel it and add what is owed to the client's credit.",
    says="{number}: {total:.2f} {currency_code}",
)
def negative_total() -> Rows:
    below = InvoiceItem.objects.filter(price__lt=0).values("invoice")
    lines = summed(InvoiceItem.objects.all(), "invoice", LINE)
    return Invoice.objects.filter(pk__in=below).annotate(total=lines).filter(total__lt=0)


@group.check(
    "A line is for a service in another currency",
    "The amount was never converted. Cancel the invoice and bill in the service's currency.",
    says="{invoice__number} is in {invoice__currency_code}, "
    "service {reference_id} in {service_currency}",
)
def currencies_mixed() -> Rows:
    lines = _items_of_services().exclude(service_currency=None)
    return lines.exclude(service_currency=F("invoice__currency_code"))


@group.check(
    "A pending invoice bills one client for the service of another",
    "The service changed hands, or the invoice was made for the wrong client. Correct the owner.",
    says="{invoice__number} is for user {invoice__user_id}, "
    "service {reference_id} belongs to user {service_user}",
)
def wrong_client() -> Rows:
    lines = _items_of_services().exclude(service_user=None).filter(invoice__status=_PENDING)
    return lines.exclude(service_user=F("invoice__user_id"))


@group.check(
    "A pending invoice is for something that is gone",
    "The client can pay and will get nothing. Cancel the invoice or delete the line.",
    says="{invoice__number}: {reference_type} {reference_id}, {price} {invoice__currency_code}",
)
def payable_for_nothing() -> Rows:
    lines = InvoiceItem.objects.filter(invoice__status=_PENDING)
    return lines.filter(_gone(Service) | _gone(ServiceUpgrade))


def _gone(model: type[Service | ServiceUpgrade]) -> Q:
    there = Exists(model.objects.filter(pk=OuterRef("reference_id")))
    return Q(~there, reference_type=class_name(model))


@group.check(
    "A line is for something that nobody can deliver",
    "What it names is neither a service, an upgrade nor credit: a payment of it does nothing.",
    says="{invoice__number}: {reference_type} {reference_id}",
)
def reference_unknown() -> Rows:
    named = InvoiceItem.objects.exclude(reference_type=None).exclude(reference_type="")
    nameless = Q(reference_type__in=_KNOWN[:2], reference_id=None)
    return named.filter(~Q(reference_type__in=_KNOWN) | nameless)


@group.check(
    "A due date that cannot be meant",
    "It is before the year 2000 or after 2199. Correct it.",
    says="{number}: due on {due_at}",
)
def absurd_due_date() -> Rows:
    return Invoice.objects.filter(Q(due_at__lt=date(2000, 1, 1)) | Q(due_at__gte=date(2200, 1, 1)))


@group.check(
    "Paid, but the customer's data were not kept",
    "The invoice shows today's name, address and tax instead of those of its day. It was made as "
    "paid, or the work after the payment broke off.",
    says="{number} of {created_at}",
)
def snapshot_missing() -> Rows:
    """Only invoices since the first snapshot: an older Paymenter took none."""
    if not options.flag("invoice_snapshot", True):
        return Invoice.objects.none()
    first = InvoiceSnapshot.objects.order_by("pk").values("created_at")[:1]
    snapshots = InvoiceSnapshot.objects.filter(invoice=OuterRef("pk"))
    paid = Invoice.objects.filter(status=Invoice.Status.PAID, created_at__gte=Subquery(first))
    return paid.filter(~Exists(snapshots))


@group.check(
    "An invoice has more than one snapshot",
    "They may name different customers or taxes; only the first counts. Delete the others.",
    says="invoice {invoice_id}: snapshots {ids}",
    key="first",
)
def snapshot_twice() -> Rows:
    grouped = InvoiceSnapshot.objects.values("invoice_id")
    counted = grouped.annotate(many=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(many__gt=1)


@group.check(
    "Snapshots are taken at the payment, yet the invoice is not paid",
    "Its status was set back. In Paymenter another payment delivers everything a second time.",
    says="{invoice__number} is {invoice__status}, snapshot of {created_at}",
)
def snapshot_of_unpaid() -> Rows:
    return InvoiceSnapshot.objects.exclude(invoice__status=Invoice.Status.PAID)


@group.check(
    "A snapshot with half a tax",
    "Name and rate belong together; the invoice shows a tax that nobody can compute.",
    says="{invoice__number}: {tax_name} {tax_rate} %",
)
def snapshot_tax() -> Rows:
    one_of_two = Q(tax_name=None, tax_rate__isnull=False) | Q(tax_name__isnull=False, tax_rate=None)
    wild = Q(tax_rate__lt=0) | Q(tax_rate__gt=100)
    return InvoiceSnapshot.objects.filter(one_of_two | wild)
