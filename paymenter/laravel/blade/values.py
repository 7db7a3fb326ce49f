"""What templates work on: plain values by PHP's rules, and records that tell what they choose."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from jinja2 import Undefined

from paymenter.laravel.blade.errors import Problem
from paymenter.laravel.php import _float_text


class Html(str):
    """Text that is HTML already, so `{{ }}` prints it as it is."""

    __slots__ = ()


class Collection(list[Any]):
    """Rows of a relation. Unlike an array it counts as true when it is empty."""


class Record:
    """A thing with attributes. An unknown one reads as null, as with Eloquent."""

    def read(self, name: str) -> Any:
        raise NotImplementedError

    def key(self) -> object:
        """What stands for it in an address."""
        raise Problem("this has no address")

    def text(self) -> str:
        raise Problem("a whole record cannot be printed; name one of its attributes")


class Values(Record):
    """A record of given attributes, and the text that it prints as."""

    def __init__(self, attributes: Mapping[str, Any], text: str | None = None) -> None:
        self._attributes = attributes
        self._text = text

    def read(self, name: str) -> Any:
        return self._attributes.get(name)

    def text(self) -> str:
        return super().text() if self._text is None else self._text


def is_missing(value: object) -> bool:
    return value is None or isinstance(value, Undefined)


def text(value: object) -> str:
    """PHP's conversion to a string."""
    match value:
        case str():
            return value
        case None | False:
            return ""
        case True:
            return "1"
        case int() | Decimal():
            return str(value)
        case float():
            return _float_text(float(f"{value:.14g}"), exponent="E")
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Record():
            return value.text()
    raise Problem(f"{kind(value)} cannot be printed")


def truth(value: object) -> bool:
    if isinstance(value, Collection):
        return True
    if isinstance(value, (str, list, dict, int, float, Decimal)):
        return bool(value) and value != "0"
    return value is not None


def number(value: object) -> int | float:
    """PHP's conversion in arithmetic; text that is no number is an error."""
    if value is None:
        return 0
    if isinstance(value, (int, float)):  # a bool too
        return value + 0
    if isinstance(value, (str, Decimal)):
        found = numeric(str(value))
        if found is not None:
            return found
    raise Problem(f"{kind(value)} is no number")


def whole(value: int | float) -> int | float:
    """PHP's integers have 64 bits; beyond them they become fractions."""
    return value if -(2**63) <= value < 2**63 else float(value)


def numeric(value: str) -> int | float | None:
    """The number that a numeric string stands for."""
    stripped = value.strip(" \t\n\r\v\f")
    if not stripped.isascii() or len(stripped) > 40 or "_" in stripped:
        return None
    try:
        return int(stripped) if stripped.lstrip("+-").isdigit() else _finite(float(stripped))
    except ValueError:
        return None


def equal(left: object, right: object) -> bool:
    """PHP's `==`."""
    if isinstance(left, (bool, type(None))) or isinstance(right, (bool, type(None))):
        return truth(left) == truth(right) if not _both_null(left, right) else True
    if isinstance(left, datetime) and isinstance(right, datetime):
        return left == right
    numbers = _number_or_none(left), _number_or_none(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    if _is_scalar(left) and _is_scalar(right):
        return text(left) == text(right)
    return left == right


def identical(left: object, right: object) -> bool:
    """PHP's `===`."""
    return kind(left) == kind(right) and left == right


def order(left: object, right: object) -> int:
    """Below, at or above 0 as `left` is less, equal or more."""
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left > right) - (left < right)
    numbers = _number_or_none(left), _number_or_none(right)
    if numbers[0] is not None and numbers[1] is not None:
        return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    texts = text(left), text(right)
    return (texts[0] > texts[1]) - (texts[0] < texts[1])


def kind(value: object) -> str:
    """The name of the type, for people."""
    names = {str: "text", int: "a number", float: "a fraction", bool: "true or false"}
    if value is None:
        return "null"
    if isinstance(value, Collection):
        return "a collection"
    if isinstance(value, (list, dict)):
        return "an array"
    if isinstance(value, datetime):
        return "a date"
    return "a record" if isinstance(value, Record) else names.get(type(value), "text")


def _finite(value: float) -> float:
    if value in (float("inf"), float("-inf")) or value != value:
        raise ValueError("not finite")
    return value


def _number_or_none(value: object) -> int | float | None:
    if isinstance(value, (str, Decimal)):
        return numeric(str(value))
    return value if isinstance(value, (int, float)) else 0 if value is None else None


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float, Decimal))


def _both_null(left: object, right: object) -> bool:
    return left is None and right is None


class Later:
    """A variable that is computed at most once, and only for a text that mentions it."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute = compute

    @cached_property
    def value(self) -> Any:
        return self._compute()
