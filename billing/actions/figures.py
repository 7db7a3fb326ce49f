"""Counting past days for the dashboard."""

from collections import defaultdict
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Min

from billing.figures.models import DailyFigure
from billing.models import InvoiceTransaction, Order
from billing.reports.sums import DAY, Sums, counted_until, forget, live
from paymenter.db import fields, zone
from paymenter.jobs import job

AGAIN = timedelta(days=45)  # as far back a payment may still change its state
AT_ONCE = 400  # days of one transaction


@job(deadline=3600)
def count_days() -> None:
    """All days before yesterday: those not counted yet, and the last ones again, as a payment may
    have failed or been refunded since."""
    end = zone.naive(fields.now()).date() - timedelta(days=1)
    start = max(min(counted_until(), end) - AGAIN, _first_day())
    while start < end:
        until = min(start + timedelta(days=AT_ONCE), end)
        _count(start, until)
        start = until
    forget()


@transaction.atomic
def _count(since: date, until: date) -> None:
    sums: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for row in live(since, until, DAY):
        sums[row["bucket"], row["currency"]].add(row)
    days = [since + timedelta(days=n) for n in range((until - since).days)]
    for day in days:
        sums[str(day), ""] = Sums()
    DailyFigure.objects.filter(day__gte=since, day__lt=until).delete()
    DailyFigure.objects.bulk_create(
        DailyFigure(
            day=day,
            currency_code=currency,
            payments=found.payments,
            revenue=found.revenue,
            fees=found.fees,
            orders=found.orders,
        )
        for (day, currency), found in sums.items()
    )


def _first_day() -> date:
    firsts = [
        rows.aggregate(first=Min("created_at"))["first"]
        for rows in (InvoiceTransaction.objects.all(), Order.objects.all())
    ]
    known = [zone.naive(first).date() for first in firsts if first is not None]
    return min(known, default=zone.naive(fields.now()).date())
