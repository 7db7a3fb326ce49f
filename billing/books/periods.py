"""No period of a service is billed twice.

The period of a line stands at the end of its description (Paymenter: Service.description), always
in English: `Web Hosting (Nov 23, 2026 - Dec 23, 2026)`.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from billing.books.check import PAGE, Finding, Group, Rows
from billing.books.own import is_there
from billing.corrections.models import CreditNote
from billing.models import Invoice, InvoiceItem, Service
from paymenter.db.morph import class_name

group = Group("Periods")

_SHIFT = timedelta(days=3)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAY = rf"({'|'.join(_MONTHS)}) (\d\d), (\d{{4}})"
_PERIOD = re.compile(rf"\({_DAY} - {_DAY}\)")
_LENGTH = len("(Nov 23, 2026 - Dec 23, 2026)")


class Line(NamedTuple):
    service: int
    start: date
    end: date
    id: int
    invoice: str


@group.check(
    "A period of a service is billed more than once",
    "Cancel the later invoice; where both are paid, pay one back or add it to the client's credit.",
)
def period_billed_twice() -> Iterator[Finding]:
    """What was cancelled or taken back bills nothing; a period within a day hides its hours."""
    for service, lines in groupby(_lines(), key=attrgetter("service")):
        yield from _overlaps(service, sorted(lines, key=lambda line: (line.start, line.id)))


def _overlaps(service: int, lines: list[Line]) -> Iterator[Finding]:
    latest = None
    for line in lines:
        if latest and _is_twice(latest, line):
            says = f"service {service}: {_shown(latest)}, and again {_shown(line)}"
            yield Finding(InvoiceItem._meta.db_table, (latest.id, line.id), says)
        if latest is None or line.end > latest.end:
            latest = line


def _is_twice(one: Line, other: Line) -> bool:
    """Months of unequal length shift the end: ordered on Nov 30 for a month, a period is told to
    end on Dec 30; paid on Dec 1, it does on Jan 1. Up to three days in both are such a shift."""
    common = min(one.end, other.end) - other.start
    return common > _SHIFT or common > timedelta() and other.end <= one.end


def _shown(line: Line) -> str:
    return f"{line.start} to {line.end} on {line.invoice}"


def _lines() -> Iterator[Line]:
    """Service by service."""
    for row in _rows():
        service, key, text, invoice, number = row
        period = _period((text or "")[-_LENGTH:])
        if period and period[0] < period[1]:
            yield Line(service, *period, key, number or f"invoice {invoice}")


def _rows() -> Iterator[tuple[int, int, str | None, int, str | None]]:
    """All lines of some services at a time, so that one service is never parted."""
    billing = (Invoice.Status.PENDING, Invoice.Status.PAID)
    every: Rows = InvoiceItem.objects.filter(
        reference_type=class_name(Service), invoice__status__in=billing
    ).order_by("reference_id")
    if is_there(CreditNote):
        every = every.exclude(invoice_id__in=CreditNote.objects.values("invoice_id"))
    columns = ("reference_id", "pk", "description", "invoice_id", "invoice__number")
    after = 0
    while rest := every.filter(reference_id__gt=after).values_list(*columns)[: 5 * PAGE]:
        last = max(row[0] for row in rest)
        yield from every.filter(reference_id=last).values_list(*columns)
        yield from (row for row in rest if row[0] != last)
        after = last


@lru_cache(maxsize=4096)
def _period(text: str) -> tuple[date, date] | None:
    found = _PERIOD.fullmatch(text)
    if not found:
        return None
    one, other = found.groups()[:3], found.groups()[3:]
    try:
        return _date(*one), _date(*other)
    except ValueError:
        return None


def _date(month: str, day: str, year: str) -> date:
    return date(int(year), _MONTHS.index(month) + 1, int(day))
