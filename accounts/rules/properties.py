"""The rules of a custom property, as staff write them in Laravel's notation: `string|max:255`.

Rules that are not known here refuse every value: nothing passes unchecked.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from paymenter.laravel import dates, emails
from paymenter.laravel.validation import (
    REQUIRED,
    SELECTED,
    UNREADABLE,
    integer,
    is_missing,
    is_readable,
    number,
    php_text,
)

CHOICES = frozenset({"select", "radio"})
LONGEST = 65_535  # bytes of the column
# {0}: the field, {1}: the rule, {2}: the rule's argument
UNKNOWN = "The {0} field cannot be checked: its rule {1} is not known."
_OF_PRESENCE = frozenset({"required", "nullable", "sometimes", "bail"})
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


def text_of(
    name: str,
    value: Any,
    *,
    required: bool,
    rules: str,
    choices: Collection[str] | None = None,
) -> str | None:
    """Why the value is refused, None where it passes; `choices` is a list it must be from."""
    label = name.replace("_", " ")
    if is_missing(value):
        return REQUIRED.format(label) if required else None
    if not isinstance(value, str | int | float) or not is_readable(value):
        return UNREADABLE.format(label)
    if len(php_text(value).encode()) > LONGEST:
        return f"The {label} field must not be greater than {LONGEST} bytes."
    if choices is not None and php_text(value) not in choices:
        return SELECTED.format(label)
    sizes_are_values = bool({"numeric", "integer"} & {r.partition(":")[0] for r in split(rules)})
    for rule in split(rules):
        if (template := _refusal(rule, value, sizes_are_values)) is not None:
            return template.format(label, *_parsed(rule))
    return None


def split(rules: str) -> list[str]:
    """By `|`, but a regular expression may hold one: it is the rest of the text."""
    head, regex, tail = rules.partition("regex:")
    parts = [part.strip() for part in head.split("|") if part.strip()]
    return [*parts, regex + tail] if regex else parts


def unknown(rules: str) -> list[str]:
    """The rules that would refuse every value."""
    return [rule for rule in split(rules) if _refusal(rule, "0", False) == UNKNOWN]


def _parsed(rule: str) -> tuple[str, str]:
    name, _, argument = rule.partition(":")
    return name, argument


def _refusal(rule: str, value: Any, sizes_are_values: bool) -> str | None:
    name, argument = _parsed(rule)
    if name in _OF_PRESENCE:
        return None
    if name in ("min", "max"):
        return _size(name, argument, value, sizes_are_values)
    passes, template = _CHECKS.get(name, (_never, UNKNOWN))
    try:
        return None if passes(value, argument) else template
    except (re.error, ValueError):
        return UNKNOWN


def _size(name: str, argument: str, value: Any, sizes_are_values: bool) -> str | None:
    limit = number(argument)
    if limit is None:
        return UNKNOWN
    amount = number(value) if sizes_are_values else None
    size = Decimal(len(php_text(value))) if amount is None else amount
    if size >= limit if name == "min" else size <= limit:
        return None
    verb = "must be at least" if name == "min" else "must not be greater than"
    return f"The {{0}} field {verb} {{2}}{'' if sizes_are_values else ' characters'}."


def _never(value: Any, argument: str) -> bool:
    return False


def _matches(value: Any, pattern: str) -> bool:
    """PHP's notation: delimiters around, flags behind."""
    delimiter = pattern[:1]
    body, _, letters = pattern[1:].rpartition(delimiter)
    if not delimiter or delimiter.isalnum() or set(letters) - set("iumsx"):
        raise ValueError(pattern)
    return re.search(f"(?{letters})" + body if letters else body, php_text(value)) is not None


def _one_of(value: Any, listed: str) -> bool:
    return php_text(value) in [item.strip('"') for item in listed.split(",")]


_Check = Callable[[Any, str], bool]
_CHECKS: Mapping[str, tuple[_Check, str]] = {
    "string": (lambda v, _: isinstance(v, str), "The {} field must be a string."),
    "numeric": (lambda v, _: number(v) is not None, "The {} field must be a number."),
    "integer": (lambda v, _: integer(v) is not None, "The {} field must be an integer."),
    "email": (
        lambda v, _: emails.is_address(php_text(v)),
        "The {} field must be a valid email address.",
    ),
    "url": (
        lambda v, _: _URL.fullmatch(php_text(v)) is not None,
        "The {} field must be a valid URL.",
    ),
    "date": (lambda v, _: dates.is_date(php_text(v)), "The {} field must be a valid date."),
    "boolean": (
        lambda v, _: v in (True, False, 0, 1, "0", "1"),
        "The {} field must be true or false.",
    ),
    "in": (_one_of, SELECTED),
    "regex": (_matches, UNREADABLE),
    "alpha": (lambda v, _: php_text(v).isalpha(), "The {} field must only contain letters."),
    "alpha_num": (
        lambda v, _: php_text(v).isalnum(),
        "The {} field must only contain letters and numbers.",
    ),
    "digits": (
        lambda v, n: re.fullmatch(rf"[0-9]{{{int(n)}}}", php_text(v)) is not None,
        "The {0} field must be {2} digits.",
    ),
}
