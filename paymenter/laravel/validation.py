"""Laravel's validation rules, with its texts, and how what passes is stored.

Two steps, as in Paymenter: `text` is Laravel's rule, `stored` makes the typed value. What a rule
lets through and no column can hold (Paymenter answers 500) is refused by `stored`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from paymenter.laravel import emails

Schema = dict[str, Any]

REQUIRED = "The {} field is required."
UNREADABLE = "The {} field format is invalid."
SELECTED = "The selected {} is invalid."

MOST_INTEGER = 2**31 - 1
MOST_MONEY = Decimal("999999999999999.99")  # DECIMAL(17, 2)

_BLANKS = " \t\n\r\v\0"
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*", re.ASCII)
_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,18})", re.ASCII)
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_URL = re.compile(r"https?://[^\s/?#\\]+[^\s\\]*", re.IGNORECASE)
_OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]*")


class Unfit(Exception):
    """A value that no column can hold; its text says so."""


@dataclass(slots=True)
class Given:
    """What a rule is asked about. `numeric`: sizes are values, not lengths.

    `instance` is the record of an update. `found` is what an earlier rule read from the database.
    """

    name: str
    value: Any
    data: Mapping[str, Any]
    instance: Any = None
    numeric: bool = False
    found: Any = None

    def say(self, template: str, *values: object) -> str:
        return template.format(self.name.replace("_", " "), *values)


class Rule:
    """`alone`: skipped where the field has an error already (Laravel: exists and unique)."""

    alone: ClassVar[bool] = False
    numeric: ClassVar[bool] = False
    schema: Schema = {}

    def text(self, given: Given) -> str | None:
        """None where the value passes."""
        return None

    def stored(self, value: Any, given: Given) -> Any:
        """Raises Unfit."""
        return value

    def schema_of(self, numeric: bool) -> Schema:
        return self.schema


class String(Rule):
    schema: Schema = {"type": "string"}

    def text(self, given: Given) -> str | None:
        return None if isinstance(given.value, str) else given.say("The {} field must be a string.")


class Email(Rule):
    schema: Schema = {"type": "string", "format": "email"}

    def text(self, given: Given) -> str | None:
        if isinstance(given.value, str) and emails.is_address(given.value):
            return None
        return given.say("The {} field must be a valid email address.")


class Numeric(Rule):
    """An amount of money; its spelling is kept, rounding is the column's business."""

    numeric = True
    schema: Schema = {"type": ["number", "string"], "examples": ["10.00"]}

    def text(self, given: Given) -> str | None:
        return given.say("The {} field must be a number.") if number(given.value) is None else None

    def stored(self, value: Any, given: Given) -> Any:
        amount = number(value)
        assert amount is not None
        if abs(amount) >= MOST_MONEY + Decimal("0.005"):
            raise Unfit(given.say("The {} field must not be greater than {}.", MOST_MONEY))
        return amount or abs(amount)  # no -0


class Integer(Rule):
    numeric = True

    def __init__(self, least: int = -MOST_INTEGER - 1, most: int = MOST_INTEGER) -> None:
        self.least, self.most = least, most
        self.schema = {"type": "integer", "maximum": most}

    def text(self, given: Given) -> str | None:
        wrong = integer(given.value) is None
        return given.say("The {} field must be an integer.") if wrong else None

    def stored(self, value: Any, given: Given) -> Any:
        whole = integer(value)
        assert whole is not None
        if whole > self.most:
            raise Unfit(given.say("The {} field must not be greater than {}.", self.most))
        if whole < self.least:
            raise Unfit(given.say("The {} field must be at least {}.", self.least))
        return whole


class Min(Rule):
    def __init__(self, least: int) -> None:
        self.least = least

    def text(self, given: Given) -> str | None:
        if size(given) >= self.least:
            return None
        unit = "" if given.numeric else " characters"
        return given.say("The {} field must be at least {}{}.", self.least, unit)

    def schema_of(self, numeric: bool) -> Schema:
        return {"minimum" if numeric else "minLength": self.least}


class Max(Rule):
    def __init__(self, most: int) -> None:
        self.most = most

    def text(self, given: Given) -> str | None:
        if size(given) <= self.most:
            return None
        unit = "" if given.numeric else " characters"
        return given.say("The {} field must not be greater than {}{}.", self.most, unit)

    def schema_of(self, numeric: bool) -> Schema:
        return {"maximum" if numeric else "maxLength": self.most}


class In(Rule):
    """`values` may be a function, for a list that a setting holds."""

    def __init__(self, values: Iterable[str] | Callable[[], Iterable[str]]) -> None:
        self.values = values if callable(values) else lambda listed=tuple(values): listed
        self.schema = {"type": "string"} if callable(values) else {"enum": [*self.values()]}

    def text(self, given: Given) -> str | None:
        listed = not isinstance(given.value, list | dict) and php_text(given.value) in self.values()
        return None if listed else given.say(SELECTED)

    def stored(self, value: Any, given: Given) -> Any:
        return php_text(value)


class Boolean(Rule):
    schema: Schema = {
        "type": ["boolean", "integer", "string"],
        "enum": [True, False, 0, 1, "0", "1"],
    }

    def text(self, given: Given) -> str | None:
        fine = isinstance(given.value, bool | int | str) and given.value in (0, 1, "0", "1")
        return None if fine else given.say("The {} field must be true or false.")

    def stored(self, value: Any, given: Given) -> bool:
        return value in (1, "1")


class Url(Rule):
    """An address of the web. `own`: also a path of the shop's own pages."""

    def __init__(self, *, own: bool = False) -> None:
        self.own = own
        self.schema = {"type": "string", "examples": ["https://example.com/page"]}

    def text(self, given: Given) -> str | None:
        if isinstance(given.value, str) and (
            _URL.fullmatch(given.value) or (self.own and _OWN_PATH.fullmatch(given.value))
        ):
            return None
        return given.say("The {} field must be a valid URL.")


class Texts(Rule):
    """A list of texts, each once, each passing `refused` (a text of why not, or None)."""

    schema: Schema = {"type": "array", "items": {"type": "string"}}

    def __init__(
        self,
        refused: Callable[[str], str | None] | None = None,
        *,
        longest: int = 255,
        most: int = 1000,
    ) -> None:
        self.refused, self.longest, self.most = refused or (lambda text: None), longest, most

    def text(self, given: Given) -> str | None:
        value = given.value
        if not isinstance(value, list):
            return given.say("The {} field must be an array.")
        if not all(isinstance(v, str) and is_readable(v) and not is_missing(v) for v in value):
            return given.say("The {} field must be a list of texts.")
        if len(value) > self.most:
            return given.say("The {} field must not have more than {} items.", self.most)
        if any(len(v) > self.longest for v in value):
            return given.say("An entry of {} is longer than {} characters.", self.longest)
        return next(filter(None, map(self.refused, value)), None)

    def stored(self, value: Any, given: Given) -> list[str]:
        return list(dict.fromkeys(value))


# -- values ------------------------------------------------------------------------------------


def is_missing(value: Any) -> bool:
    """What `required` refuses."""
    if isinstance(value, str):
        return not value.strip(_BLANKS)
    return value is None or value in ([], {})


def is_readable(value: Any) -> bool:
    """No NUL and no half of a character, which the database or the driver would refuse."""
    return not isinstance(value, str) or not _UNREADABLE.search(value)


def number(value: Any) -> Decimal | None:
    """PHP's is_numeric, with the value."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        amount = Decimal(str(value))
        return amount if amount.is_finite() else None
    matches = isinstance(value, str) and _NUMBER.fullmatch(value)
    return Decimal(value.strip()) if matches else None


def integer(value: Any) -> int | None:
    """PHP's FILTER_VALIDATE_INT on the value's text: 64 bits, no zeros in front, `true` is 1."""
    if isinstance(value, float) and not (value.is_integer() and abs(value) < 1e15):
        return None
    text = php_text(value).strip(_BLANKS)
    whole = int(text) if _INTEGER.fullmatch(text) else None
    return whole if whole is not None and -(2**63) <= whole < 2**63 else None


def record_id(value: Any) -> int | None:
    """The id that a value names: digits, a whole number, or `true` for 1."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,19}(?:\.0*)?", value, re.ASCII):
        value = value.partition(".")[0].lstrip("0")
    whole = integer(value)
    return whole if whole and whole > 0 else None


def size(given: Given) -> Decimal | int:
    """What Min and Max measure: the value of a number, else characters (or entries)."""
    amount = number(given.value) if given.numeric else None
    if amount is not None:
        return amount
    if isinstance(given.value, list | dict):
        return len(given.value)
    return len(php_text(given.value))


def php_text(value: Any) -> str:
    """`(string) $value`; nothing for a list, where PHP says Array."""
    if isinstance(value, str):
        return value
    if value is None or value is False or isinstance(value, list | dict):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "1" if value is True else str(value)
