"""What a password that people choose must be; the texts are Laravel's."""

import unicodedata

from paymenter.laravel.validation import Given, Rule, Schema

LEAST = 8


class Letters(Rule):
    def text(self, given: Given) -> str | None:
        if _has("L", given.value):
            return None
        return given.say("The {} field must contain at least one letter.")


class Numbers(Rule):
    def text(self, given: Given) -> str | None:
        if _has("N", given.value):
            return None
        return given.say("The {} field must contain at least one number.")


class Confirmed(Rule):
    """The same stands in `password_confirmation`."""

    schema: Schema = {"description": "Repeated in the field with `_confirmation` after its name."}

    def text(self, given: Given) -> str | None:
        if given.data.get(f"{given.name}_confirmation") == given.value:
            return None
        return given.say("The {} field confirmation does not match.")


def _has(category: str, value: object) -> bool:
    text = value if isinstance(value, str) else ""
    return any(unicodedata.category(character).startswith(category) for character in text)
