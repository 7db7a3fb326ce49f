"""What may be chosen for a product on its server; the inputs are those of a checkout, and lists."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from billing.rules import checkout_fields
from billing.rules.checkout_fields import REQUIRED, SELECTED, Asked

NO_LIST = "The {} field must be a list of texts."
NO_RULE = "The server module has a rule for {} that is not known here."
TAGS, PASSWORD = "tags", "password"


class Option(Asked, Protocol):
    @property
    def multiple(self) -> bool: ...
    @property
    def description(self) -> str: ...
    @property
    def placeholder(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """One setting as the table holds it, before encryption."""

    text: str | None
    is_list: bool = False
    is_secret: bool = False


def is_list(option: Option) -> bool:
    return option.multiple or option.type == TAGS


def refusal(option: Option, value: Any) -> str | None:
    """Why the value is refused; None where it is fine. What is not required may be left empty."""
    if is_list(option):
        return _refused_list(option, value)
    try:
        return checkout_fields.refusal(option, value)
    except ValueError:
        return NO_RULE.format(option.label or option.name)


def stored(option: Option, value: Any) -> Chosen:
    if is_list(option):
        texts = [str(each) for each in value or ()]
        return Chosen(json.dumps(texts, ensure_ascii=False), is_list=True)
    if option.type == checkout_fields.CHECKBOX:
        return Chosen("1" if value in (True, 1, "1") else "0")
    text = None if value is None or value == "" else str(value)
    return Chosen(text, is_secret=option.type == PASSWORD)


def _refused_list(option: Option, value: Any) -> str | None:
    name = option.label or option.name
    if not value:
        return REQUIRED.format(name) if option.required else None
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        return NO_LIST.format(name)
    known = {str(each) for each in option.options}
    unknown = known and any(str(each) not in known for each in value)
    return SELECTED.format(name) if unknown else None
