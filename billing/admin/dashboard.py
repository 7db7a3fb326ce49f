"""The dashboard's money: how the last 30 days went, what recurs, who left, what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import Count
from django.http import HttpRequest

from billing.models import Service
from billing.reports import business, sums
from paymenter import options
from paymenter.console.dashboard import widget
from paymenter.console.display import money
from paymenter.db import fields, zone

DAYS = 30

_GREY = {"color": "#9ca3af"}
OPTIONS = orjson.dumps(
    {
        "animation": False,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "elements": {"point": {"radius": 2}, "line": {"borderWidth": 2}},
        "plugins": {"legend": {"align": "end", "labels": {**_GREY, "boxHeight": 5, "boxWidth": 5}}},
        "scales": {
            "x": {"grid": {"display": False}, "ticks": _GREY},
            "y": {"beginAtZero": True, "ticks": _GREY},
            "orders": {
                "position": "right",
                "beginAtZero": True,
                "grid": {"display": False},
                "ticks": {**_GREY, "precision": 0},
            },
        },
    }
).decode()


@dataclass(frozen=True)
class Card:
    """`lines`: the figures, one for each currency where it is money; `trend` against before."""

    title: str
    lines: Sequence[str]
    note: str = ""
    trend: str = ""
    falling: bool = False
    href: str = ""
    points: Sequence[float] = ()


@dataclass(frozen=True)
class Period:
    title: str
    days: int
    size: int


PERIODS = {
    "day": Period("24 hours", 1, sums.HOUR),
    "week": Period("7 days", 7, sums.DAY),
    "month": Period("30 days", 30, sums.DAY),
    "year": Period("12 months", 365, sums.MONTH),
}


@widget("overview", template="console/widgets/cards.html", permission="widgets.overview", order=10)
def overview(request: HttpRequest) -> dict[str, Any]:
    today = _today()
    start, before = str(today - timedelta(days=DAYS)), today - timedelta(days=2 * DAYS)
    found = _table(request, before, sums.DAY)
    days = [str(today - timedelta(days=n)) for n in range(DAYS, -1, -1)]
    cards = [_revenue_card(found, code, start, days) for code in _currencies(found)]
    state = business.services()
    fresh = _new_services(before)
    cards += [
        Card(
            "New orders",
            [str(_orders(found, start, "~"))],
            f"last {DAYS} days",
            *_trend(_orders(found, start, "~"), _orders(found, "", start)),
            href="billing/order/",
            points=[float(_orders(found, day, f"{day}~")) for day in days],
        ),
        Card(
            "New services",
            [str(sum(n for day, n in fresh.items() if day >= start))],
            f"last {DAYS} days",
            *_trend(
                sum(n for day, n in fresh.items() if day >= start),
                sum(n for day, n in fresh.items() if day < start),
            ),
            points=[float(fresh.get(day, 0)) for day in days],
        ),
        Card(
            "Active services",
            [str(state.active)],
            f"{state.pending} pending, {state.suspended} suspended",
            href="billing/service/?status__exact=active",
        ),
    ]
    return {"title": f"Last {DAYS} days", "cards": cards}


@widget("standing", template="console/widgets/cards.html", permission="widgets.revenue", order=20)
def standing(request: HttpRequest) -> dict[str, Any]:
    """Recurring revenue and churn, and the money that is late."""
    today = _today()
    recurring = business.recurring_revenue()
    left = business.churn(today - timedelta(days=DAYS))
    late = business.overdue(today)
    return {
        "title": "How the shop stands",
        "cards": [
            Card(
                "Monthly recurring revenue",
                [money(each.amount, each.currency) for each in recurring] or ["-"],
                f"{sum(each.count for each in recurring)} services",
            ),
            Card(
                "Churn",
                [f"{left.rate * 100:.1f} %"],
                f"{left.ended} of {left.ended + left.stayed} paid services ended in {DAYS} days",
            ),
            Card(
                "Overdue",
                [money(each.amount, each.currency) for each in late] or ["Nothing"],
                f"{sum(each.count for each in late)} invoices",
                href="billing/invoice/?status__exact=pending",
            ),
        ],
    }


@widget("revenue", template="console/widgets/chart.html", permission="widgets.revenue", order=30)
def revenue(request: HttpRequest) -> dict[str, Any]:
    """`?period=` day, week, month or year, `?currency=`."""
    name = request.GET.get("period", "week")
    period = PERIODS.get(name, PERIODS["week"])
    since = _today() - timedelta(days=period.days)
    if period.size == sums.MONTH:
        since = since.replace(day=1)
    found = _table(request, since, period.size)
    currencies = _currencies(found)
    currency = request.GET.get("currency", "")
    currency = currency if currency in currencies else currencies[0]
    buckets = _buckets(since, period.size)
    of = [found.get((bucket, currency), sums.Sums()) for bucket in buckets]
    total = found.total(currency)
    return {
        "title": "Revenue",
        "periods": [(key, each.title, each is period) for key, each in PERIODS.items()],
        "period": next(key for key, each in PERIODS.items() if each is period),
        "currencies": [(code, code == currency) for code in currencies],
        "currency": currency,
        "options": OPTIONS,
        "data": _chart([_label(bucket, period.size) for bucket in buckets], of),
        "words": f"{period.title}: {money(total.revenue, currency)} paid, "
        f"{money(total.net, currency)} after the providers' fees, {total.orders} new orders.",
    }


def _chart(labels: list[str], of: Sequence[sums.Sums]) -> str:
    series = (
        ("Paid", "#3490dc", "y", [each.revenue for each in of]),
        ("After fees", "#38c172", "y", [each.net for each in of]),
        ("New orders", "#e3342f", "orders", [each.orders for each in of]),
    )
    datasets = [
        {
            "label": label,
            "data": [float(value) for value in values],
            "borderColor": colour,
            "backgroundColor": colour,
            "yAxisID": axis,
        }
        for label, colour, axis, values in series
    ]
    return orjson.dumps({"labels": labels, "datasets": datasets}).decode()


def _table(request: HttpRequest, since: date, size: int) -> sums.Table:
    """Read once for all widgets: the overview's two months hold the chart's days."""
    known: dict[int, tuple[date, sums.Table]] = request.__dict__.setdefault("_sums", {})
    if size not in known or known[size][0] > since:
        known[size] = since, sums.table(since, size)
    first, found = known[size]
    if first == since:
        return found
    return sums.Table({key: value for key, value in found.items() if key[0] >= str(since)})


def _today() -> date:
    return zone.naive(fields.now()).date()


def _currencies(found: sums.Table) -> list[str]:
    """The shop's own first."""
    own = str(options.get("default_currency", "USD"))
    return [own, *(code for code in found.currencies() if code != own)]


def _revenue_card(found: sums.Table, code: str, start: str, days: list[str]) -> Card:
    now, before = found.total(code, start), found.total(code, "", start)
    points = [float(found.get((day, code), sums.Sums()).revenue) for day in days]
    trend = _trend(now.revenue, before.revenue)
    return Card(
        f"Revenue, {code}",
        [money(now.revenue, code)],
        f"last {DAYS} days",
        *trend,
        href="billing/invoicetransaction/",
        points=points,
    )


def _orders(found: sums.Table, since: str, until: str) -> int:
    return sum(found.total(code, since, until).orders for code in found.currencies())


def _new_services(since: date) -> dict[str, int]:
    rows = Service.objects.filter(created_at__gte=sums.midnight(since)).order_by()
    counted = rows.values(bucket=sums.bucket(sums.DAY)).annotate(count=Count("pk"))
    return {row["bucket"]: row["count"] for row in counted}


def _trend(now: Decimal | int, before: Decimal | int) -> tuple[str, bool]:
    """Against as many days before; nothing is said where there was nothing."""
    if not before:
        return "", False
    change = (Decimal(now) - Decimal(before)) / Decimal(before) * 100
    return f"{change:+.1f} %", change < 0


def _buckets(since: date, size: int) -> list[str]:
    now = zone.naive(fields.now())
    if size == sums.HOUR:
        start = datetime.combine(since, datetime.min.time())  # noqa: DTZ001 (wall-clock time)
        hours = int((now - start).total_seconds() // 3600)
        return [str(start + timedelta(hours=n))[:size] for n in range(hours + 1)]
    days = [str(since + timedelta(days=n))[:size] for n in range((now.date() - since).days + 1)]
    return list(dict.fromkeys(days))


def _label(bucket: str, size: int) -> str:
    if size == sums.HOUR:
        return f"{bucket[11:]}:00"
    if size == sums.MONTH:
        return f"{date.fromisoformat(f'{bucket}-01'):%b %Y}"
    return f"{date.fromisoformat(bucket):%b %d}"
