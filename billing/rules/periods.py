"""Billing periods: when the next one ends (Paymenter: Service.calculateNextDueDate).

All times are wall-clock times of the installation. Months and years overflow as in PHP:

    2026-01-31 + 1 month = 2026-03-03      2028-02-29 + 1 year = 2029-03-01
    2026-03-31 + 1 month = 2026-05-01      2026-01-31 + 3 months = 2026-05-01
"""

from datetime import datetime, timedelta

_DAYS = {"day": timedelta(days=1), "week": timedelta(weeks=1), "hour": timedelta(hours=1)}
_MONTHS = {"month": 1, "year": 12}


def add_period(start: datetime, count: int, unit: str) -> datetime:
    """`start` plus `count` times hour, day, week, month or year. KeyError for another unit."""
    if unit in _DAYS:
        return start + count * _DAYS[unit]
    months = start.month - 1 + count * _MONTHS[unit]
    first = start.replace(year=start.year + months // 12, month=months % 12 + 1, day=1)
    return first + timedelta(days=start.day - 1)


def next_due_date(
    *, now: datetime, expires_at: datetime | None, active: bool, count: int, unit: str
) -> datetime:
    """The end of the next period: of an active service counted from the old end's midnight, else
    from now."""
    running = active and expires_at is not None
    start = expires_at.replace(hour=0, minute=0, second=0) if running and expires_at else now
    return add_period(start, count, unit)
