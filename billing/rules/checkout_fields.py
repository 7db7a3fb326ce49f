"""What a server module asks the client who orders (Paymenter: getCheckoutConfig)."""

from collections.abc import Mapping
from typing import Any, Protocol

REQUIRED = "The {} field is required."
SELECTED = "The selected {} is invalid."
NO_TEXT = "The {} field must be a string."
NO_FLAG = "The {} field must be true or false."

TEXTS = frozenset({"text", "password", "email", "number", "textarea"})
CHOICES = frozenset({"select", "radio"})
CHECKBOX = "checkbox"

_FLAGS: tuple[Any, ...] = (True, False, 0, 1, "0", "1")


class Asked(Protocol):
    """One input. `options` are values with their labels."""

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
    return None
