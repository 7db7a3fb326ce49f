"""Dates as PHP's strtotime reads them, in the forms that people and programs send.

The text is cut into the longest pieces that are a date, a time, a zone or a word (timelib does the
same), so `01/02/2025 5pm` is month first, `13-02-2025` day first, and `Thu, 02 Jan 2025 03:04:05
+0200` is understood. Left out: week numbers, Roman months, `first monday of`.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

LONGEST = 100  # characters

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_WEEKDAYS |= {name[:3]: number for name, number in _WEEKDAYS.items()} | {"tues": 1, "thurs": 3}
_DAY_WORDS = {"yesterday": -1, "today": 0, "midnight": 0, "noon": 0, "now": 0, "tomorrow": 1}
_DAY = 86400
_SECONDS = {"sec": 1, "min": 60, "hou": 3600, "day": _DAY, "wee": 7 * _DAY, "for": 14 * _DAY}
_HOURS = {  # summer and winter time are told apart by the letters, as in PHP
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7,
}  # fmt: skip


def _one_of(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_M, _D = r"(?P<m>1[0-2]|0?\d)", r"(?P<d>3[01]|[0-2]?\d)"
_MM, _DD = r"(?P<m>0\d|1[0-2])", r"(?P<d>[0-2]\d|3[01])"
_Y, _Y2, _Y4 = r"(?P<y>\d{1,4})", r"(?P<y>\d{2})", r"(?P<y>\d{4})"
_MON = f"(?P<mon>{_one_of(_MONTHS)})"
_H, _MIN, _S = r"(?P<H>2[0-4]|[01]?\d)", r"(?P<M>[0-5]?\d)", r"(?P<S>60|[0-5]?\d)"
_TIME = rf"t?{_H}[:.]{_MIN}(?:[:.]{_S}(?:[.,:]\d+)?)?"
_TIME12 = (
    r"(?P<H>1[0-2]|0?[1-9])(?:[:.](?P<M>[0-5]\d)(?:[:.](?P<S>60|[0-5]\d))?)?"
    r"[ \t]*(?P<ap>[ap])\.?m\.?(?![^ \t])"
)
_NO_YEAR = rf"{_MON}[ .\t-]*{_D}(?:[,.stndrh\t ]+|\Z)"
_UNIT = r"(?P<unit>sec|min|hour|day|week|fortnight|month|year)(?:onds?|utes?|s)?(?![a-z])"

# of two that are equally long, the first counts
_PATTERNS = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?P<word>{_one_of(_DAY_WORDS)})",
        rf"(?P<weekday>{_one_of(_WEEKDAYS)})",
        rf"(?P<by>[+-]?\d{{1,6}})[ \t]*{_UNIT}(?P<ago>[ \t]+ago)?",
        r"@(?P<stamp>-?\d{1,11})",
        _TIME12,
        _TIME,
        r"t?(?P<H>[01]\d|2[0-4])(?P<M>[0-5]\d)(?P<S>[0-5]\d|60)?",
        rf"t{_H}",
        rf"{_M}/{_D}/{_Y}",
        rf"{_Y4}/{_M}/{_D}",
        rf"{_Y4}-{_MM}-{_DD}",
        rf"{_Y2}-{_MM}-{_DD}",
        rf"{_Y}-{_M}-{_D}",
        rf"{_Y4}-{_M}",
        rf"{_D}[.\t-]{_M}[.-]{_Y4}",
        rf"{_D}[.\t]{_M}\.{_Y2}",
        rf"{_D}(?:st|nd|rd|th)?[ \t.-]*{_MON}[ \t.-]*{_Y}",
        rf"{_MON}[ .\t-]*{_Y4}",
        rf"{_Y4}[ .\t-]*{_MON}",
        rf"{_MON}[ .\t-]*{_D}[,.stndrh\t ]+{_Y}",
        rf"{_NO_YEAR}(?:{_TIME})?",
        rf"{_D}(?:st|nd|rd|th)?[ .\t-]*{_MON}",
        rf"{_Y4}{_MM}{_DD}",
        rf"{_Y}-{_MON}-{_DD}",
        rf"{_MON}-{_DD}-{_Y}",
        rf"{_M}/{_D}",
        r"(?:gmt|utc)?(?P<sign>[+-])(?P<oh>2[0-3]|[01]?\d):?(?P<om>[0-5]\d)?",
        r"(?P<zone>[a-z]+(?:[_/][a-z]+)+|[a-z]{1,6})",
    )
]
_SEPARATORS = " \t,."
_EXPLICIT_DAY = frozenset({"y", "m", "d"})


@dataclass(slots=True)
class Parsed:
    """What a text says, nothing added: a part that it does not name is missing."""

    parts: dict[str, int] = field(default_factory=dict)  # y m d H M S
    zone: tzinfo | None = None
    weekday: int | None = None
    months: int = 0
    seconds: int = 0

    def names_day(self) -> bool:
        """Year, month and day stand there, and the calendar has that day (PHP's checkdate)."""
        try:
            return self.parts.keys() >= _EXPLICIT_DAY and bool(self._date(self.parts))
        except ValueError:
            return False

    def resolve(self, now: datetime) -> datetime | None:
        """The moment meant, parts that are missing taken from `now`, the local time; aware where
        the text names a zone, else local. The 30th of February is the 2nd of March."""
        today = {"y": now.year, "m": now.month, "d": now.day}
        try:
            return self._moment(today | self._clock(now) | self.parts)
        except (ValueError, OverflowError):
            return None

    @staticmethod
    def _date(parts: dict[str, int]) -> date:
        return date(parts["y"], parts["m"], parts["d"])

    def _clock(self, now: datetime) -> dict[str, int]:
        named_day = self.parts.keys() & _EXPLICIT_DAY or self.weekday is not None
        return {} if named_day else {"H": now.hour, "M": now.minute, "S": now.second}

    def _moment(self, parts: dict[str, int]) -> datetime:
        years, month = divmod(parts["y"] * 12 + parts["m"] - 1 + self.months, 12)
        start = datetime(years, month + 1, 1, tzinfo=self.zone)
        day = start + timedelta(days=parts["d"] - 1)
        if self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % 7)
        return day + timedelta(
            hours=parts.get("H", 0),
            minutes=parts.get("M", 0),
            seconds=parts.get("S", 0) + self.seconds,
        )


def parse(text: str) -> Parsed | None:
    """None where PHP would not understand the text either."""
    reader, position = _Reader(), 0
    while position < len(text) <= LONGEST:
        if text[position] in _SEPARATORS:
            position += 1
            continue
        matches = [m for pattern in _PATTERNS if (m := pattern.match(text, position))]
        longest = max(matches, key=lambda m: m.end(), default=None)
        if longest is None or not reader.take(longest):
            return None
        position = longest.end()
    return reader.parsed if reader.seen else None


class _Reader:
    """Puts the pieces together; a second date, time or zone is refused."""

    def __init__(self) -> None:
        self.parsed = Parsed()
        self.seen: set[str] = set()

    def take(self, match: re.Match[str]) -> bool:
        found = {name: text.lower() for name, text in match.groupdict().items() if text}
        if {"sign", "zone"} & found.keys():
            return self._once("zone") and self._zone(found)
        if "word" in found:
            return self._once("word") and self._word(found["word"])
        if {"weekday", "by", "stamp"} & found.keys():
            return self._relative(found)
        if self._is_year(match):
            self.parsed.parts["y"] = int(match.group())
            return True
        return self._date(found) and self._time(found)

    def _once(self, kind: str) -> bool:
        known = kind in self.seen
        self.seen.add(kind)
        return not known

    def _is_year(self, match: re.Match[str]) -> bool:
        """Four digits after a time are the year (asctime)."""
        text = match.group()
        return len(text) == 4 and text.isdigit() and "time" in self.seen

    def _date(self, found: dict[str, str]) -> bool:
        if not {"m", "mon"} & found.keys():
            return True
        parts = {"m": _MONTHS[found["mon"]] if "mon" in found else int(found["m"])}
        if "d" in found or "y" in found:
            parts["d"] = int(found.get("d", "1"))
        if "y" in found:
            parts["y"] = _full_year(found["y"])
        self.parsed.parts |= parts
        return self._once("date")

    def _time(self, found: dict[str, str]) -> bool:
        if "H" not in found:
            return True
        hour = int(found["H"])
        if "ap" in found:
            hour = hour % 12 + (12 if found["ap"] == "p" else 0)
        rest = {"M": int(found.get("M", "0")), "S": int(found.get("S", "0"))}
        self.parsed.parts |= {"H": hour, **rest}
        return self._once("time")

    def _word(self, word: str) -> bool:
        self.parsed.seconds += _DAY_WORDS[word] * _DAY
        midday = 12 if word == "noon" else 0
        if word != "now":
            self.parsed.parts = {"H": midday, "M": 0, "S": 0} | self.parsed.parts
        return True

    def _relative(self, found: dict[str, str]) -> bool:
        self.seen.add("relative")
        if "weekday" in found:
            self.parsed.weekday = _WEEKDAYS[found["weekday"]]
            return True
        if "stamp" in found:
            self.parsed.parts |= {"y": 1970, "m": 1, "d": 1}
            self.parsed.seconds += int(found["stamp"])
            self.parsed.zone = UTC
            return self._once("date") and self._once("zone")
        amount = int(found["by"]) * (-1 if "ago" in found else 1)
        unit = found["unit"][:3]
        if unit in _SECONDS:
            self.parsed.seconds += amount * _SECONDS[unit]
        else:
            self.parsed.months += amount * (12 if unit == "yea" else 1)
        return True

    def _zone(self, found: dict[str, str]) -> bool:
        self.parsed.zone = _offset(found) if "sign" in found else _named(found["zone"])
        return self.parsed.zone is not None


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4 or year >= 100:
        return year
    return year + (2000 if year < 70 else 1900)


def _offset(found: dict[str, str]) -> tzinfo:
    east = timedelta(hours=int(found["oh"]), minutes=int(found.get("om", "0")))
    return timezone(-east if found["sign"] == "-" else east)


def _named(name: str) -> tzinfo | None:
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if "/" in name:
        known = _zone_names().get(name)
        return ZoneInfo(known) if known else None
    return None


@cache
def _zone_names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


# -- what Laravel makes of it -------------------------------------------------------------------


def is_date(text: str) -> bool:
    """The `date` rule: an explicit day that exists. `today` is none."""
    parsed = parse(text)
    return parsed is not None and parsed.names_day()


def resolve(text: str, now: datetime) -> datetime | None:
    """What date rules compare: `today` and the 30th of February are moments too."""
    parsed = parse(text)
    return parsed.resolve(now) if parsed else None


def stored(text: str, now: datetime) -> datetime | None:
    """What a date column gets. Digits alone, also 20250213, are a Unix timestamp (as recorded)."""
    if text.isascii() and text.isdigit():
        return from_timestamp(int(text)) if len(text) <= LONGEST else None
    return resolve(text, now)


def from_timestamp(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
