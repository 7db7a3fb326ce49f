"""Billing periods: when the next one ends (Paymenter: Service.calculateNextDueDate).

All times are wall-clock times of the installation. Hours are real hours, also where the clock is
set. Days and weeks keep the wall clock. Months and years keep the day, and where a month has no
such day, they go on into the next one as in PHP (overflow), or stay at its end (clamp):

    start       period      overflow      clamp, day 31    clamp, day of the start
    2026-01-31  1 month     2026-03-03    2026-02-28       2026-02-28
    2026-02-28  1 month     2026-03-28    2026-03-31       2026-03-28
    2026-03-31  1 month     2026-05-01    2026-04-30       2026-04-30
    2026-01-31  3 months    2026-05-01    2026-04-30       2026-04-30
    2028-02-29  1 year      2029-03-01    2029-02-28       2029-02-28
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo

OVERFLOW, CLAMP = "overflow", "clamp"

_DAYS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
_MONTHS = {"month": 1, "year": 12}
_LENGTHS = {"day": 1, "week": 7, "month": 30, "year": 365}


def add_period(
    start: datetime, count: int, unit: str, *, zone: tzinfo = UTC, day: int | None = None
) -> datetime:
    """`start` plus `count` times hour, day, week, month or year. KeyError for another unit.

    With `day`, months and years end at that day of the month, or at the month's last; without they
    overflow.
    """
    if unit == "hour":
        end = start.replace(tzinfo=zone).astimezone(UTC) + timedelta(hours=count)
        return end.astimezone(zone).replace(tzinfo=None)
    if unit in _DAYS:
        return start + count * _DAYS[unit]
    months = start.month - 1 + count * _MONTHS[unit]
    first = start.replace(year=start.year + months // 12, month=months % 12 + 1, day=1)
    if day is None:
        return first + timedelta(days=start.day - 1)
    return first.replace(day=min(day, last_day(first)))


def period_start(*, now: datetime, expires_at: datetime | None, active: bool) -> datetime:
    """Of the period that comes next: the old end's midnight of an active service, else now."""
    running = active and expires_at is not None
    return expires_at.replace(hour=0, minute=0, second=0) if running and expires_at else now


def last_day(moment: datetime) -> int:
    return monthrange(moment.year, moment.month)[1]


def anchored_day(start: datetime, remembered: int | None) -> int:
    """The day on which a service is billed: the one remembered, as long as `start` is still where
    that day falls in its month; else the day of `start` itself."""
    if remembered is not None and start.day == min(remembered, last_day(start)):
        return remembered
    return start.day


def days_of(count: int | None, unit: str | None) -> int:
    """The length of a period by which amounts are shared out: 30 days a month, 365 a year; 0 for
    hours and for plans without period (Paymenter: ServiceUpgrade.calculatePrice)."""
    return (count or 0) * _LENGTHS.get(unit or "", 0)


def days_left(*, today: datetime, expires_at: datetime, length: int) -> tuple[int, bool]:
    """Whole days between the two midnights, `length` at most, and whether the end is past."""
    days = (expires_at.date() - today.date()).days
    return min(abs(days), length), days < 0
