"""Services: states that contradict the invoices, the calendar, or themselves."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.dateparse import parse_datetime

from billing.books.amounts import ABSURD
from billing.books.check import Group, Rows
from billing.models import (
    Invoice,
    InvoiceItem,
    InvoiceTransaction,
    Plan,
    Product,
    Service,
    ServiceCancellation,
)
from paymenter import options
from paymenter.db import zone
from paymenter.db.fields import now
from paymenter.db.morph import class_name
from paymenter.models import FailedJob, Setting

group = Group("Services")

_Status = Service.Status
_LIVE = (_Status.ACTIVE, _Status.SUSPENDED)
_IMMEDIATE = ServiceCancellation.Type.IMMEDIATE
_OF = "user {user_id}"


def _billed(*statuses: str) -> Rows:
    """The lines for the outer service, on invoices of these states."""
    return InvoiceItem.objects.filter(
        reference_type=class_name(Service),
        reference_id=OuterRef("pk"),
        invoice__status__in=statuses,
    )


def last_run() -> datetime:
    """When the daily run last came past; of a database that does not tell, yesterday."""
    rows = Setting.objects.filter(key="last_cron_run").order_by("-pk")
    told = parse_datetime(rows.values_list("value", flat=True).first() or "")
    return zone.aware(told.replace(tzinfo=None)) if told else now() - timedelta(days=1)


def _overlooked(status: str, days: int) -> Rows:
    """Services of a status that the last run found more than so many days past their expiry, and
    for which no payment was under way then."""
    run = last_run()
    due = Service.objects.filter(status=status, expires_at__lt=run - timedelta(days=days))
    under_way = Q(status=InvoiceTransaction.Status.PROCESSING) | Q(updated_at__gte=run)
    payments = InvoiceTransaction.objects.filter(under_way, invoice=OuterRef("invoice"))
    paying = _billed(Invoice.Status.PENDING).filter(Exists(payments))
    return due.exclude(updated_at__gt=run).filter(~Exists(paying))


@group.check(
    "Paid, but not provisioned",
    "The client paid and has nothing. Activate the service and look why it was not.",
    says=f"{_OF}, ordered {{created_at}}",
)
def paid_not_provisioned() -> Rows:
    pending = Service.objects.filter(status=_Status.PENDING)
    return pending.filter(Exists(_billed(Invoice.Status.PAID)))


@group.check(
    "Active, but the order was never paid",
    "The service was given away. Collect the payment, or suspend it.",
    says=f"{_OF}: {{price:.2f}} {{currency_code}}, ordered {{created_at}}",
)
def active_unpaid() -> Rows:
    """Billed when it was ordered, so neither free nor made by staff, and nothing was paid since."""
    together = F("created_at") + timedelta(hours=1)
    active = Service.objects.filter(status=_Status.ACTIVE, price__gt=0).annotate(soon=together)
    first = _billed(Invoice.Status.PENDING, Invoice.Status.CANCELLED)
    first = first.filter(created_at__lte=OuterRef("soon"))
    return active.filter(Exists(first), ~Exists(_billed(Invoice.Status.PAID)))


@group.check(
    "Active, but expired long enough to be suspended",
    "The daily run passed it over: it failed, or could not renew the service. Run it again.",
    says=f"{_OF}: expired {{expires_at}}",
)
def active_past_expiry() -> Rows:
    return _overlooked(_Status.ACTIVE, options.integer("cronjob_order_suspend", 2))


@group.check(
    "Suspended, but expired long enough to be terminated",
    "The daily run passed it over, and the server still holds it. Run it again.",
    says=f"{_OF}: expired {{expires_at}}",
)
def suspended_past_expiry() -> Rows:
    return _overlooked(_Status.SUSPENDED, options.integer("cronjob_order_terminate", 14))


@group.check(
    "Cancelled, but an invoice for it is still open",
    "The client can pay for what is gone. Cancel the invoice.",
    says=f"{_OF}: since {{updated_at}}",
)
def cancelled_but_billed() -> Rows:
    cancelled = Service.objects.filter(status=_Status.CANCELLED)
    return cancelled.filter(Exists(_billed(Invoice.Status.PENDING)))


@group.check(
    "Cancelled by nobody's wish, although it is paid until a later day",
    "No request of the client says that it should end at once. Ask, and reactivate or refund it.",
    says=f"{_OF}: paid until {{expires_at}}",
)
def cancelled_before_expiry() -> Rows:
    wishes = ServiceCancellation.objects.filter(service=OuterRef("pk"), type=_IMMEDIATE)
    return Service.objects.filter(status=_Status.CANCELLED, expires_at__gt=now()).filter(
        ~Exists(wishes)
    )


@group.check(
    "To be cancelled at once, but it still runs",
    "The job behind the request failed. Cancel the service, and end it on its server.",
    says="service {service_id} is {service__status}, asked for on {created_at}",
)
def cancellation_not_done() -> Rows:
    asked = ServiceCancellation.objects.filter(type=_IMMEDIATE)
    return asked.filter(
        service__status__in=_LIVE, created_at__lt=now() - timedelta(hours=1)
    ).exclude(service__updated_at__gt=F("created_at"))


@group.check(
    "A service without plan or product",
    "It cannot be billed; in Paymenter it stops the daily run for everybody. Give it a product "
    "and a plan, or cancel it.",
    says=f"{_OF}, {{status}}: product {{product_id}}, plan {{plan_id}}",
)
def service_without_plan() -> Rows:
    lacking = Q(product=None) | Q(plan=None)
    return Service.objects.filter(lacking).exclude(status=_Status.CANCELLED)


@group.check(
    "A service is billed by a plan of another product",
    "Upgrades and recalculated prices go wrong. Choose a plan of its product.",
    says=f"{_OF}, {{status}}: product {{product_id}}, plan {{plan_id}}",
)
def plan_of_other_product() -> Rows:
    own = Q(plan__priceable_type=class_name(Product), plan__priceable_id=F("product_id"))
    both = Service.objects.filter(product__isnull=False, plan__isnull=False)
    return both.exclude(status=_Status.CANCELLED).exclude(own)


@group.check(
    "An active service that is never billed again",
    "Its plan recurs, but it has no day of expiry, so the daily run never sees it. Enter the day.",
    says=f"{_OF}: {{price:.2f}} {{currency_code}}",
)
def recurring_without_expiry() -> Rows:
    active = Service.objects.filter(status=_Status.ACTIVE, expires_at=None, price__gt=0)
    return active.filter(plan__type=Plan.Type.RECURRING)


@group.check(
    "A service without period has a day of expiry",
    "The daily run of Paymenter bills it again, then suspends it. Remove the day.",
    says=f"{_OF}: expires {{expires_at}}",
)
def expiry_without_period() -> Rows:
    once = (Plan.Type.FREE, Plan.Type.ONE_TIME)
    return Service.objects.filter(status__in=_LIVE, expires_at__isnull=False, plan__type__in=once)


@group.check(
    "A service of an impossible price, quantity or date",
    "The price is negative or higher than any real one, the quantity not positive, or the year of "
    "expiry before 2000 or after 2199. Correct it.",
    says=f"{_OF}, {{status}}: {{quantity}} x {{price}}, expires {{expires_at}}",
)
def absurd_service() -> Rows:
    early, late = (zone.aware(datetime(year, 1, 1)) for year in (2000, 2200))  # noqa: DTZ001
    price = Q(price__lt=0) | Q(price__gte=ABSURD)
    date = Q(expires_at__lt=early) | Q(expires_at__gte=late)
    return Service.objects.filter(price | date | Q(quantity__lte=0))


@group.check(
    "A service belongs to another client than its order",
    "Staff changed one and not the other. Correct the owner.",
    says=f"{_OF}, order {{order_id}} of user {{order__user_id}}",
)
def service_of_other_order() -> Rows:
    ordered = Service.objects.filter(order__isnull=False)
    return ordered.exclude(order__user=F("user_id")).exclude(status=_Status.CANCELLED)


@group.check(
    "A service is to be charged to a payment method that was removed, or to another client's",
    "Each automatic charge fails, with a mail that does not tell why. Choose another method.",
    says=f"{_OF}: payment method {{billing_agreement_id}}",
)
def payment_method_unusable() -> Rows:
    live = Service.objects.filter(billing_agreement__isnull=False).exclude(status=_Status.CANCELLED)
    foreign = ~Q(billing_agreement__user=F("user_id"))
    return live.filter(Q(billing_agreement__deleted_at__isnull=False) | foreign)


@group.check(
    "A server was not told",
    "The job failed for good: the status of the service and the server disagree. Retry the job, "
    "or do on the server what it names.",
    says="{uuid}, failed {failed_at}",
)
def server_job_failed() -> Rows:
    """Laravel's payload is JSON: each backslash of a class name stands there twice."""
    return FailedJob.objects.filter(payload__contains="Jobs\\\\Server\\\\")
