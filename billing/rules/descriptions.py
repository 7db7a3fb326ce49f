"""What an invoice line says of a service (Paymenter: Service.description)."""

from datetime import datetime

LONGEST = 255  # of the column


def line_description(
    product: str, start: datetime | None = None, end: datetime | None = None
) -> str:
    """`Web Hosting (Nov 23, 2026 - Dec 23, 2026)`; without a period the name alone.

    A name too long for the column is shortened, as the period must stay (Paymenter fails).
    """
    period = f" ({_day(start)} - {_day(end)})" if start and end else ""
    return product[: LONGEST - len(period)] + period


def _day(moment: datetime) -> str:
    return f"{_MONTHS[moment.month - 1]} {moment:%d}, {moment.year}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
