"""Upgrades: what was paid is done, what is done was paid, and nothing waits for ever."""

from django.db.models import Count, Exists, Min, OuterRef, Q

from billing.books.check import Group, Ids, Rows
from billing.books.own import is_there
from billing.fulfilments.models import Fulfilment
from billing.models import Invoice, Service, ServiceUpgrade
from paymenter.db.morph import class_name

group = Group("Upgrades")

_Status = ServiceUpgrade.Status
_SAYS = "service {service_id}: {status}, invoice {invoice__number} {invoice__status}"


@group.check(
    "An upgrade was paid, but not done",
    "The client paid for what he does not have. Do it by hand, or credit the amount.",
    says=_SAYS,
)
def upgrade_paid_not_done() -> Rows:
    """But for those whose amount became credit."""
    paid = ServiceUpgrade.objects.filter(invoice__status=Invoice.Status.PAID)
    wrong = paid.exclude(status=_Status.COMPLETED)
    if not is_there(Fulfilment):
        return wrong
    credited = Fulfilment.objects.filter(
        invoice_id=OuterRef("invoice_id"), status=Fulfilment.Status.UNDELIVERED
    )
    return wrong.exclude(Q(status=_Status.CANCELLED) & Exists(credited))


@group.check(
    "An upgrade was done, but not paid",
    "Collect the payment, or take the upgrade back.",
    says=_SAYS,
)
def upgrade_done_not_paid() -> Rows:
    done = ServiceUpgrade.objects.filter(status=_Status.COMPLETED, invoice__isnull=False)
    return done.exclude(invoice__status=Invoice.Status.PAID)


@group.check(
    "An upgrade was cancelled, but its invoice is still open",
    "The client can pay and will get nothing. Cancel the invoice.",
    says=_SAYS,
)
def upgrade_cancelled_payable() -> Rows:
    return ServiceUpgrade.objects.filter(
        status=_Status.CANCELLED, invoice__status=Invoice.Status.PENDING
    )


@group.check(
    "An upgrade waits for a payment that cannot come",
    "Its invoice is cancelled or lacking, or the service has ended. It keeps the client from "
    "another upgrade: cancel it.",
    says="service {service_id} ({service__status}): invoice {invoice_id} {invoice__status}",
)
def upgrade_stuck() -> Rows:
    hopeless = Q(invoice=None) | Q(invoice__status=Invoice.Status.CANCELLED)
    ended = Q(service__status=Service.Status.CANCELLED)
    return ServiceUpgrade.objects.filter(hopeless | ended, status=_Status.PENDING)


@group.check(
    "A service has more than one upgrade pending",
    "Only one can be right: the client may pay for both. Cancel the others and their invoices.",
    says="service {service_id}: upgrades {ids}",
    key="first",
)
def upgrade_twice() -> Rows:
    pending = ServiceUpgrade.objects.filter(status=_Status.PENDING).values("service_id")
    counted = pending.annotate(many=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(many__gt=1)


@group.check(
    "The invoice of an upgrade does not mention it",
    "Paying it does nothing, since a payment fulfils the lines. Add the line, or cancel both.",
    says=_SAYS,
)
def upgrade_not_on_invoice() -> Rows:
    lines = Invoice.objects.filter(
        pk=OuterRef("invoice"),
        items__reference_type=class_name(ServiceUpgrade),
        items__reference_id=OuterRef("pk"),
    )
    pending = ServiceUpgrade.objects.filter(
        status=_Status.PENDING, invoice__status=Invoice.Status.PENDING
    )
    return pending.filter(~Exists(lines))
