"""How the shop stands: recurring revenue, who left, what is overdue. Each a query or two."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, DecimalField, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from billing.models import Invoice, InvoiceItem, InvoiceTransaction, Plan, Service
from billing.reports.sums import ZERO, midnight
from paymenter.rounding import rounded

ACTIVE, CANCELLED = Service.Status.ACTIVE, Service.Status.CANCELLED

# how many of a unit make a year; a month is a twelfth of that
_A_YEAR = {"day": Decimal(365), "week": Decimal(365) / 7, "month": Decimal(12), "year": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Money:
    """`count`: of how many services or invoices."""

    currency: str
    amount: Decimal
    count: int


def recurring_revenue() -> list[Money]:
    """MRR: what active services with a recurring plan bring in a month, by currency."""
    active = Service.objects.filter(status=ACTIVE, plan__isnull=False).order_by()
    named = active.values("plan_id", code=F("currency"))
    rows = list(named.annotate(amount=Sum(F("price") * F("quantity")), count=Count("pk")))
    plans = Plan.objects.in_bulk({row["plan_id"] for row in rows})
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for row in rows:
        a_month = _a_month(plans.get(row["plan_id"]))
        if a_month:
            sums[row["code"]][0] += row["amount"] * a_month
            sums[row["code"]][1] += row["count"]
    return [Money(code, rounded(amount), int(n)) for code, (amount, n) in sorted(sums.items())]


def _a_month(plan: Plan | None) -> Decimal:
    if plan is None or plan.type != Plan.Type.RECURRING or not plan.billing_period:
        return ZERO
    return _A_YEAR.get(str(plan.billing_unit), ZERO) / plan.billing_period / 12


@dataclass(frozen=True, slots=True)
class Churn:
    """Of the paid services that were there at the start, how many ended since. A share of 1."""

    ended: int
    stayed: int

    @property
    def rate(self) -> Decimal:
        there = self.ended + self.stayed
        return Decimal(self.ended) / there if there else ZERO


def churn(since: date) -> Churn:
    """Paymenter notes no day of an end: the last change of a cancelled service stands for it."""
    start = midnight(since)
    ended = Q(status=CANCELLED, updated_at__gte=start)
    there = Service.objects.filter(ended | Q(status=ACTIVE), price__gt=0, created_at__lt=start)
    found = dict(there.order_by().values_list("status").annotate(count=Count("pk")))
    return Churn(found.get(CANCELLED.value, 0), found.get(ACTIVE.value, 0))


def overdue(today: date) -> list[Money]:
    """What is left to pay of open invoices whose day has passed, by currency."""
    late = Invoice.objects.filter(status=Invoice.Status.PENDING, due_at__lt=today)
    rows = late.annotate(left=_total() - _paid()).order_by().values(code=F("currency"))
    rows = rows.annotate(amount=Sum("left"), count=Count("pk")).order_by("code")
    return [Money(row["code"], rounded(row["amount"]), row["count"]) for row in rows]


def _total() -> Coalesce:
    items = InvoiceItem.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
    return _sum(items.annotate(sum=Sum(F("price") * F("quantity"))).values("sum"))


def _paid() -> Coalesce:
    paid = InvoiceTransaction.objects.filter(
        invoice=OuterRef("pk"), status=InvoiceTransaction.Status.SUCCEEDED
    )
    return _sum(paid.order_by().values("invoice").annotate(sum=Sum("amount")).values("sum"))


def _sum(rows: object) -> Coalesce:
    column = DecimalField(max_digits=17, decimal_places=2)
    return Coalesce(Subquery(rows), Value(ZERO), output_field=column)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Services:
    active: int
    pending: int
    suspended: int


def services() -> Services:
    states = {
        status.value: Sum(Case(When(status=status, then=1), default=0))
        for status in (ACTIVE, Service.Status.PENDING, Service.Status.SUSPENDED)
    }
    there = Q(status__in=list(states))
    found = Service.objects.filter(there).aggregate(**states)
    return Services(**{name: count or 0 for name, count in found.items()})
