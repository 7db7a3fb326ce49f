"""Money and orders by time and currency: past days from the figures kept, the rest as it stands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, F, Func, Max, Sum
from django.db.models.functions import Coalesce

from billing.figures.models import DailyFigure
from billing.models import InvoiceTransaction, Order
from paymenter.db import zone
from paymenter.rounding import rounded

ZERO = Decimal(0)
EDGE, EDGE_SECONDS = "figures-edge", 300

HOUR, DAY, MONTH = 13, 10, 7  # how much of `2026-11-24 07:15:00` names the bucket


@dataclass(slots=True)
class Sums:
    """revenue is what was paid, net what the providers left of it."""

    payments: int = 0
    revenue: Decimal = ZERO
    fees: Decimal = ZERO
    orders: int = 0

    @property
    def net(self) -> Decimal:
        return self.revenue - self.fees

    def add(self, row: Mapping[str, Any]) -> None:
        self.payments += row.get("payments") or 0
        self.revenue += rounded(row.get("revenue") or ZERO)
        self.fees += rounded(row.get("fees") or ZERO)
        self.orders += row.get("orders") or 0


class Table(dict[tuple[str, str], Sums]):
    """By bucket (`2026-11-24 07`, `2026-11-24` or `2026-11`) and currency."""

    def currencies(self) -> list[str]:
        return sorted({currency for _, currency in self})

    def total(self, currency: str, since: str = "", until: str = "~") -> Sums:
        found = Sums()
        for (bucket, code), sums in self.items():
            if code == currency and since <= bucket < until:
                found.payments += sums.payments
                found.revenue += sums.revenue
                found.fees += sums.fees
                found.orders += sums.orders
        return found


def table(since: date, size: int = DAY) -> Table:
    """From the midnight of `since` until now. At most four queries."""
    edge = since if size == HOUR else max(since, _edge())
    found: dict[tuple[str, str], Sums] = defaultdict(Sums)
    if edge > since:
        for row in _kept(since, edge):
            found[str(row["day"])[:size], row["currency_code"]].add(row)
    for row in live(edge, None, size):
        found[row["bucket"], row["currency"]].add(row)
    return Table(found)


def counted_until() -> date:
    """The first day that is not counted yet; a day long gone where none is."""
    last = DailyFigure.objects.filter(currency_code="").aggregate(last=Max("day"))["last"]
    return last + timedelta(days=1) if last else date(1970, 1, 1)


def _edge() -> date:
    """Asked once in a few minutes: what was counted meanwhile is read live until then."""
    edge: date | None = cache.get(EDGE)
    if edge is None:
        edge = counted_until()
        cache.set(EDGE, edge, EDGE_SECONDS)
    return edge


def forget() -> None:
    """After days were counted."""
    cache.delete(EDGE)


def live(since: date, until: date | None, size: int) -> Iterator[dict[str, Any]]:
    """Straight from the payments and orders of these days: two queries."""
    paid = InvoiceTransaction.objects.filter(
        status=InvoiceTransaction.Status.SUCCEEDED, is_credit_transaction=False
    )
    money = _within(paid, since, until).values(bucket=bucket(size), currency=F("invoice__currency"))
    yield from money.order_by().annotate(
        payments=Count("pk"), revenue=Sum("amount"), fees=Sum(Coalesce("fee", ZERO))
    )
    orders = _within(Order.objects.all(), since, until)
    named = orders.values(bucket=bucket(size), code=F("currency"))
    for row in named.order_by().annotate(orders=Count("pk")):
        yield {**row, "currency": row["code"]}


def _kept(since: date, until: date) -> Iterable[Any]:
    days = DailyFigure.objects.filter(day__gte=since, day__lt=until).exclude(currency_code="")
    return days.values("day", "currency_code", "payments", "revenue", "fees", "orders")


def _within(rows: Any, since: date, until: date | None) -> Any:
    rows = rows.filter(created_at__gte=midnight(since))
    return rows.filter(created_at__lt=midnight(until)) if until else rows


def midnight(day: date) -> datetime:
    return zone.aware(datetime.combine(day, time.min))  # noqa: DTZ001 (wall-clock time)


def bucket(size: int) -> Func:
    """The columns hold wall-clock time of the installation, on both databases as this text."""
    return Func(
        F("created_at"),
        template=f"SUBSTR(%(expressions)s, 1, {size})",
        output_field=CharField(),
    )
