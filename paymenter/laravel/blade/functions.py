"""PHP's and Laravel's functions that a template may call, and methods of dates and collections.

Each bounds the size of what it makes before it makes it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from paymenter import options
from paymenter.laravel.blade import dates
from paymenter.laravel.blade.errors import Problem
from paymenter.laravel.blade.values import (
    Collection,
    Html,
    Record,
    equal,
    number,
    text,
)
from paymenter.laravel.routes import RouteError, absolute, route
from paymenter.rounding import rounded

MAX_TEXT = 250_000  # characters of one value

# settings that anybody may see; no others are readable from a template
SETTINGS = frozenset(
    {"app_language", "app_url", "bill_to_text", "company_name", "default_currency", "favicon"}
    | {"logo", "logo_dark", "mail_css", "mail_from_address", "mail_from_name"}
    | {"system_email_address", "theme", "timezone", "tos"}
)
_ESCAPES = str.maketrans({"&": "&amp;", '"': "&quot;", "'": "&#039;", "<": "&lt;", ">": "&gt;"})


def escaped(value: object) -> str:
    """As `{{ }}` prints it: quotes too, and what is escaped already once more."""
    return value if isinstance(value, Html) else text(value).translate(_ESCAPES)


def now() -> datetime:
    return timezone.now().astimezone(options.zone())


def sized(found: str) -> str:
    if len(found) > MAX_TEXT:
        raise Problem("a text this long")
    return found


# Functions


def _config(key: str, default: Any = None) -> Any:
    group, _, name = key.partition(".")
    if group == "settings" and name in SETTINGS:
        return options.get(name, default)
    match key:
        case "app.name":
            return options.get("company_name", settings.APP_NAME)
        case "app.url":
            return absolute("")
        case "app.locale":
            return options.get("app_language", "en")
    raise Problem(f"config('{key}') is not available in templates")


def _route(name: str, parameters: Any = None) -> str:
    given = parameters if isinstance(parameters, (list, dict)) else [parameters]
    try:
        if isinstance(given, dict):
            return route(name, named={key: _key(value) for key, value in given.items()})
        return route(name, [_key(value) for value in given if value is not None])
    except RouteError as error:
        raise Problem(str(error)) from None


def _key(value: Any) -> object:
    return value.key() if isinstance(value, Record) else text(value)


def _url(path: str = "/") -> str:
    return path if path.startswith(("http://", "https://", "mailto:", "#")) else absolute(path)


def _storage_url(path: str) -> str:
    return f"/storage/{path.lstrip('/')}"


def _translated(line: str, replace: Mapping[str, Any] | None = None) -> str:
    for name, value in sorted((replace or {}).items(), key=lambda pair: -len(pair[0])):
        line = _replaced(f":{name}", text(value), line)
    return line


def _replaced(search: str, replacement: str, subject: str) -> str:
    growth = subject.count(search) * (len(replacement) - len(search)) if search else 0
    if len(subject) + growth > MAX_TEXT:
        raise Problem("a text this long")
    return subject.replace(search, replacement) if search else subject


def _repeated(value: str, times: int) -> str:
    if times < 0 or len(value) * times > MAX_TEXT:
        raise Problem("a text this long")
    return value * times


def _number_format(value: Any, places: int = 0, point: str = ".", thousands: str = ",") -> str:
    digits = f"{rounded(_exact(value), min(max(places, 0), 20)):,f}"
    whole, dot, fraction = digits.partition(".")
    return whole.replace(",", thousands) + (point if dot else "") + fraction


def _round(value: Any, places: int = 0) -> float:
    return float(rounded(_exact(value), min(max(places, -15), 15)))


def _exact(value: Any) -> Decimal:
    """The digits that PHP rounds by."""
    return Decimal(f"{number(value):.15g}")


def _limit(value: Any, limit: int = 100, end: str = "...") -> str:
    whole = text(value)
    return whole if len(whole) <= limit else whole[: max(limit, 0)].rstrip() + end


def _part(value: str, start: int, length: int | None = None) -> str:
    rest = value[start:]
    return rest if length is None else rest[:length]


def _nl2br(value: Any) -> str:
    return sized(text(value).replace("\r\n", "\r\f").replace("\n", "<br />\n")).replace(
        "\r\f", "<br />\r\n"
    )


def _markdown(value: Any, given: Any = None) -> str:
    from paymenter.laravel import markdown  # takes a tenth of a second to load

    chosen = given if isinstance(given, dict) else {}
    raw = chosen.get("html_input", "allow") == "allow" and chosen.get("allow_unsafe_links") is None
    return sized(markdown.to_html(sized(text(value)), raw_html=raw))


def _date(letters: str, stamp: int | None = None) -> str:
    zone = options.zone()
    moment = now() if stamp is None else datetime.fromtimestamp(stamp, zone)
    return dates.formatted(moment, letters)


def _count(values: Any) -> int:
    if not isinstance(values, (list, dict)):
        raise Problem("count() of what is no array")
    return len(values)


def _implode(glue: Any, values: Any = None) -> str:
    parts, between = (glue, values or "") if isinstance(glue, list) else (values, glue)
    return sized(text(between).join([text(part) for part in parts]))


def _sum(values: Any) -> int | float:
    return sum(number(value) for value in _list(values))


def _list(values: Any) -> Sequence[Any]:
    if isinstance(values, dict):
        return list(values.values())
    if isinstance(values, list):
        return values
    raise Problem("an array is needed")


def _of_text(change: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: sized(change(text(value)))


def _capitalized(value: str) -> str:
    return value[:1].upper() + value[1:]


def _words_capitalized(value: str) -> str:
    return " ".join(_capitalized(word) for word in value.split(" "))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "__": _translated,
    "abs": lambda value: abs(number(value)),
    "array_sum": _sum,
    "asset": _url,
    "config": _config,
    "count": _count,
    "date": _date,
    "e": lambda value: Html(escaped(value)),
    "implode": _implode,
    "in_array": lambda wanted, values: any(equal(wanted, value) for value in _list(values)),
    "join": _implode,
    "max": lambda *values: max(values, key=number),
    "min": lambda *values: min(values, key=number),
    "nl2br": _nl2br,
    "now": now,
    "number_format": _number_format,
    "round": _round,
    "route": _route,
    "str_repeat": _repeated,
    "str_replace": _replaced,
    "strlen": lambda value: len(text(value).encode()),
    "strtolower": _of_text(str.lower),
    "strtoupper": _of_text(str.upper),
    "substr": _part,
    "trim": _of_text(lambda value: value.strip(" \t\n\r\0\x0b")),
    "ucfirst": _of_text(_capitalized),
    "ucwords": _of_text(_words_capitalized),
    "url": _url,
    "Storage::url": _storage_url,
    "Str::limit": _limit,
    "Str::markdown": _markdown,
    "Str::lower": _of_text(str.lower),
    "Str::title": _of_text(str.title),
    "Str::ucfirst": _of_text(_capitalized),
    "Str::upper": _of_text(str.upper),
}


# Methods


def _read(row: Any, name: str) -> Any:
    if isinstance(row, Record):
        return row.read(name)
    return row.get(name) if isinstance(row, dict) else None


def _joined(rows: Collection, glue: str, last: str = "") -> str:
    parts = [text(row) for row in rows]
    if last and len(parts) > 1:
        parts[-2:] = [f"{parts[-2]}{last}{parts[-1]}"]
    return sized(glue.join(parts))


COLLECTION: dict[str, Callable[..., Any]] = {
    "count": len,
    "first": lambda rows: rows[0] if rows else None,
    "implode": lambda rows, name, glue: _joined(_plucked(rows, name), glue),
    "isEmpty": lambda rows: not rows,
    "isNotEmpty": lambda rows: bool(rows),
    "join": _joined,
    "last": lambda rows: rows[-1] if rows else None,
    "pluck": lambda rows, name: _plucked(rows, name),
    "sum": lambda rows, name: sum(number(value) for value in _plucked(rows, name)),
    "where": lambda rows, name, wanted: Collection(
        row for row in rows if equal(_read(row, name), wanted)
    ),
}


def _plucked(rows: Collection, name: str) -> Collection:
    return Collection(_read(row, name) for row in rows)


def _moves(unit: str, sign: int) -> Callable[..., datetime]:
    return lambda moment, count=1: dates.moved(moment, sign * int(number(count)), unit)


DATE: dict[str, Callable[..., Any]] = {
    "diffForHumans": lambda moment: dates.distance(moment, now()),
    "format": dates.formatted,
    "isFuture": lambda moment: moment > now(),
    "isPast": lambda moment: moment < now(),
    "toDateString": lambda moment: dates.formatted(moment, "Y-m-d"),
    "toDateTimeString": lambda moment: dates.formatted(moment, "Y-m-d H:i:s"),
    "toFormattedDateString": lambda moment: dates.formatted(moment, "M j, Y"),
    "toTimeString": lambda moment: dates.formatted(moment, "H:i:s"),
    **{
        f"{verb}{unit.title()}{plural}": _moves(unit, sign)
        for verb, sign in (("add", 1), ("sub", -1))
        for unit in ("year", "month", "week", "day", "hour", "minute")
        for plural in ("", "s")
    },
}
