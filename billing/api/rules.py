"""Rules of the staff forms that more than one resource needs."""

import re
from collections.abc import Mapping
from typing import Any

from paymenter.laravel.validation import Given, Rule, Schema

MOST_TEXT = 16_000  # characters: with four bytes each what a column of type text holds

_SLUG = re.compile(r"[\w-]+")


class Slug(Rule):
    schema: Schema = {"type": "string", "pattern": r"^[\w-]+$"}

    def text(self, given: Given) -> str | None:
        if isinstance(given.value, str) and _SLUG.fullmatch(given.value):
            return None
        return given.say(
            "The {} field must only contain letters, numbers, dashes, and underscores."
        )


def sent_or_kept(given: Given, name: str) -> Any:
    """What a neighbouring field will be once this request is carried out."""
    data: Mapping[str, Any] = given.data
    return data[name] if name in data else getattr(given.instance, name, None)
