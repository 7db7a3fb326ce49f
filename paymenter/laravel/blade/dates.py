"""Dates as PHP writes them: the letters of `date()`, and Carbon's distance from now."""

from collections.abc import Callable
from datetime import datetime, timedelta

from paymenter.laravel.blade.errors import Problem

MAX_FORMAT = 200

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def formatted(moment: datetime, letters: str) -> str:
    """PHP's `format()`; a letter without meaning stands for itself, as one after a backslash."""
    if len(letters) > MAX_FORMAT:
        raise Problem("a date format this long")
    parts = []
    position = 0
    while position < len(letters):
        letter = letters[position]
        if letter == "\\" and position + 1 < len(letters):
            position += 1
            parts.append(letters[position])
        else:
            write = _LETTERS.get(letter)
            parts.append(write(moment) if write else letter)
        position += 1
    return "".join(parts)


def distance(moment: datetime, now: datetime) -> str:
    """`2 weeks from now`, `1 day ago`: the largest unit only."""
    count, unit = _largest(*sorted((moment, now)))
    plural = "" if count == 1 else "s"
    return f"{count} {unit}{plural} {'from now' if moment > now else 'ago'}"


def moved(moment: datetime, count: int, unit: str) -> datetime:
    """Years and months as PHP counts them: the 31st of a month without one is the next 1st."""
    if unit in ("year", "month"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "year" else 1)
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        return first + timedelta(days=moment.day - 1)
    return moment + timedelta(**{f"{unit}s": count})


def _largest(early: datetime, late: datetime) -> tuple[int, str]:
    months = (late.year - early.year) * 12 + late.month - early.month
    if moved(early, months, "month") > late:
        months -= 1
    if months:
        return (months // 12, "year") if months >= 12 else (months, "month")
    seconds = int((late - early).total_seconds())
    for size, unit in ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return seconds // size, unit
    return seconds, "second"


def _ordinal(moment: datetime) -> str:
    if 11 <= moment.day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(moment.day % 10, "th")


def _days_in_month(moment: datetime) -> int:
    return (moved(moment.replace(day=1), 1, "month") - timedelta(days=1)).day


def _is_leap(moment: datetime) -> bool:
    year = moment.year
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _offset(moment: datetime, colon: str) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"


def _zone(moment: datetime) -> str:
    return str(getattr(moment.tzinfo, "key", None) or moment.tzinfo)


_LETTERS: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at.day:02}",
    "D": lambda at: _DAYS[at.weekday()][:3],
    "j": lambda at: str(at.day),
    "l": lambda at: _DAYS[at.weekday()],
    "N": lambda at: str(at.isoweekday()),
    "S": _ordinal,
    "w": lambda at: str(at.isoweekday() % 7),
    "z": lambda at: str(at.timetuple().tm_yday - 1),
    "W": lambda at: f"{at.isocalendar().week:02}",
    "F": lambda at: _MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02}",
    "M": lambda at: _MONTHS[at.month - 1][:3],
    "n": lambda at: str(at.month),
    "t": lambda at: str(_days_in_month(at)),
    "L": lambda at: str(int(_is_leap(at))),
    "o": lambda at: str(at.isocalendar().year),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "g": lambda at: str(at.hour % 12 or 12),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: f"{at.hour:02}",
    "i": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second:02}",
    "u": lambda at: f"{at.microsecond:06}",
    "v": lambda at: f"{at.microsecond // 1000:03}",
    "e": _zone,
    "T": lambda at: at.tzname() or "",
    "I": lambda at: str(int(bool(at.dst()))),
    "O": lambda at: _offset(at, ""),
    "P": lambda at: _offset(at, ":"),
    "p": lambda at: "Z" if not at.utcoffset() else _offset(at, ":"),
    "Z": lambda at: str(int((at.utcoffset() or timedelta()).total_seconds())),
    "U": lambda at: str(int(at.timestamp())),
    "c": lambda at: formatted(at, "Y-m-d\\TH:i:sP"),
    "r": lambda at: formatted(at, "D, d M Y H:i:s O"),
}
