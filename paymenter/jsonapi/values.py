"""Stored values on the wire, as Laravel prints them.

The functions take what the database driver returns, which on SQLite is a number for a decimal and
a bool or an int for a flag.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import models

from paymenter.db import fields, zone

MIDNIGHT = time.min
UTC = ZoneInfo("UTC")


def instant(value: datetime | None) -> str | None:
    """A stored wall-clock time in UTC with six digits of a second."""
    if value is None:
        return None
    if zone.current() is not UTC:
        value = zone.aware(value).replace(tzinfo=None)
    return value.isoformat(timespec="microseconds") + "Z"


def midnight(value: date | datetime | None) -> str | None:
    """The start of the stored day in the installation's time zone (Laravel's `date` cast)."""
    if value is None:
        return None
    day = value.date() if isinstance(value, datetime) else value
    return instant(datetime.combine(day, MIDNIGHT))  # noqa: DTZ001 (a wall-clock time is meant)


def money(value: Decimal | float | None) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, Decimal) else f"{value:.2f}"


def number(value: Decimal | float | None) -> float | int | None:
    if value is None:
        return None
    plain = float(value)
    return int(plain) if plain.is_integer() else plain


def flag(value: Any) -> int | None:
    return None if value is None else int(value)


def document(value: Any) -> Any:
    """JSON kept as text; what is broken reads as null."""
    try:
        return orjson.loads(value) if isinstance(value, (str, bytes)) else value
    except orjson.JSONDecodeError:
        return None


def text(value: Any) -> str | None:
    return None if value is None else str(value)


def converter(field: Any) -> Callable[[Any], Any] | None:
    """How a column of this kind is printed; None where the stored value is the wire's."""
    kinds: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (models.DateTimeField, instant),
        (models.DateField, midnight),
        (models.DecimalField, money),
        (models.BooleanField, flag),
        (fields.JsonText, document),
        (models.UUIDField, text),
    )
    return next((convert for kind, convert in kinds if isinstance(field, kind)), None)


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
