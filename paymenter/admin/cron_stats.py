"""What the daily run did: figures of a day, and a chart over a week, a month or a year."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson
from django.contrib import admin
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from paymenter import options
from paymenter.admin.dashboard import health_lines
from paymenter.console.site import register_view
from paymenter.db import zone
from paymenter.models import CronStat

CHARTED = {
    "invoices_created": ("Invoices created", "#3490dc"),
    "services_suspended": ("Services suspended", "#d97706"),
    "services_terminated": ("Services terminated", "#e3342f"),
    "invoice_charged": ("Invoices charged", "#38c172"),
}
FIGURES = {key: title for key, (title, _) in CHARTED.items()} | {
    "tickets_closed": "Tickets closed",
    "orders_cancelled": "Orders cancelled",
    "upgrade_invoices_updated": "Upgrade invoices updated",
    "email_logs_deleted": "E-mail logs deleted",
}


OPTIONS = (
    '{"maintainAspectRatio": false, "plugins": {"legend": {"display": true}},'
    ' "scales": {"y": {"beginAtZero": true, "ticks": {"precision": 0}}}}'
)


@dataclass(frozen=True)
class Period:
    title: str
    days: int
    monthly: bool = False


PERIODS = {
    "week": Period("Week", 7),
    "month": Period("Month", 31),
    "year": Period("Year", 365, monthly=True),
}


@register_view("cron_stats", "cron-stats/", "cron_stats.view")
def cron_stats(request: HttpRequest) -> HttpResponse:
    """`?date=2026-11-24&period=week`."""
    today = timezone.now().astimezone(zone.current()).date()
    day = _day(request.GET.get("date", "")) or today
    name = request.GET.get("period", "")
    period = PERIODS.get(name, PERIODS["week"])
    rows = CronStat.objects.filter(date=day).values_list("key").annotate(sum=Sum("value"))
    found = dict(rows.order_by())
    sums = _sums(today - timedelta(days=period.days - 1), today, monthly=period.monthly)
    context = {
        **admin.site.each_context(request),
        "title": "Cron statistics",
        "day": day,
        "today": today,
        "figures": [(title, found.get(key, 0)) for key, title in FIGURES.items()],
        "shown": {"title": "Runs", "lines": health_lines(), "failed_jobs": None},
        "next_run": options.get("cronjob_time", "00:00"),
        "periods": [(key, each.title, each is period) for key, each in PERIODS.items()],
        "data": _chart(sums, monthly=period.monthly),
        "options": OPTIONS,
        "words": _words(period, sums),
    }
    return TemplateResponse(request, "console/cron_stats.html", context)


Sums = dict[date, dict[str, int]]


def _sums(since: date, until: date, *, monthly: bool) -> Sums:
    """One query; each day or month has its entry, in order."""
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    found: Sums = {_bucket(day, monthly): defaultdict(int) for day in days}
    rows = CronStat.objects.filter(date__gte=since, date__lte=until, key__in=CHARTED)
    for day, key, value in rows.order_by().values_list("date", "key").annotate(Sum("value")):
        found[_bucket(day, monthly)][key] += value
    return found


def _bucket(day: date, monthly: bool) -> date:
    return day.replace(day=1) if monthly else day


def _chart(sums: Sums, *, monthly: bool) -> str:
    labels = [f"{day:%B}" if monthly else f"{day:%b} {day.day}" for day in sums]
    datasets = [
        {
            "label": title,
            "data": [each.get(key, 0) for each in sums.values()],
            "borderColor": colour,
            "backgroundColor": colour,
        }
        for key, (title, colour) in CHARTED.items()
    ]
    return orjson.dumps({"labels": labels, "datasets": datasets}).decode()


def _words(period: Period, sums: Sums) -> str:
    parts = [
        f"{sum(each.get(key, 0) for each in sums.values())} {title.lower()}"
        for key, (title, _) in CHARTED.items()
    ]
    return f"{period.title}: {', '.join(parts)}."


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day)
    except ValueError:
        return None
