"""What a server module asks the client who orders (Paymenter: getCheckoutConfig)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from paymenter.laravel.validation import (
    Boolean,
    Email,
    Given,
    In,
    Integer,
    Max,
    Min,
    Numeric,
    Rule,
    String,
    Url,
)

REQUIRED = "The {} field is required."
SELECTED = "The selected {} is invalid."
NO_TEXT = "The {} field must be a string."
NO_FLAG = "The {} field must be true or false."

TEXTS = frozenset({"text", "password", "email", "number", "textarea"})
CHOICES = frozenset({"select", "radio"})
CHECKBOX = "checkbox"

Values = Mapping[str, Any]

_FLAGS: tuple[Any, ...] = (True, False, 0, 1, "0", "1")


class Asked(Protocol):
    """One input. `options` are values with their labels, `rules` Laravel's."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def default(self) -> Any: ...
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def rules(self) -> str: ...


def preset(asked: Asked) -> Any:
    """What stands in the form before the client touches it."""
    if asked.default is not None:
        return asked.default
    return next(iter(asked.options), None) if asked.type in CHOICES else None


def refusal(asked: Asked, value: Any) -> str | None:
    """Why the value is refused; None where it is fine. What is not required may be left empty."""
    name = asked.label or asked.name
    if value is None or value == "":
        return REQUIRED.format(name) if asked.required else None
    if asked.type in CHOICES and str(value) not in map(str, asked.options):
        return SELECTED.format(name)
    if asked.type == CHECKBOX and value not in _FLAGS:
        return NO_FLAG.format(name)
    if asked.type in TEXTS and not isinstance(value, (str, int)):
        return NO_TEXT.format(name)
    rules = rules_of(asked)
    given = Given(name, value, {}, numeric=any(rule.numeric for rule in rules))
    return next((text for text in (rule.text(given) for rule in rules) if text), None)


def rules_of(asked: Asked) -> list[Rule]:
    """Raises ValueError for a rule that is not known here."""
    return [_rule(text) for text in asked.rules.split("|") if text not in _IMPLIED]


def _rule(text: str) -> Rule:
    name, _, argument = text.partition(":")
    make = _RULES.get(name)
    if make is None:
        raise ValueError(f"unknown rule {text!r} of a checkout field")
    return make(argument)


class Domain(Rule):
    """A host name with at least one dot, by LDH (Paymenter: only the last label is checked)."""

    def text(self, given: Given) -> str | None:
        fits = isinstance(given.value, str) and _DOMAIN.fullmatch(given.value)
        return None if fits else given.say("The {} is not a valid domain.")


_DOMAIN = re.compile(
    r"(?=.{1,253}\.?$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?!\d+\.?$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?",
    re.IGNORECASE | re.ASCII,
)
_IMPLIED = ("", "required", "nullable", "sometimes")
_RULES: Mapping[str, Callable[[str], Rule]] = {
    "string": lambda _: String(),
    "integer": lambda _: Integer(),
    "numeric": lambda _: Numeric(),
    "boolean": lambda _: Boolean(),
    "email": lambda _: Email(),
    "url": lambda _: Url(),
    "min": lambda least: Min(int(least)),
    "max": lambda most: Max(int(most)),
    "in": lambda listed: In(listed.split(",")),
    "domain": lambda _: Domain(),
}
