"""A template as a field of a form."""

from paymenter.laravel.blade import TemplateError, check
from paymenter.laravel.validation import Given, Rule

LONGEST = 65_535  # bytes of a column of type text


class Blade(Rule):
    """A text within the subset of Blade that is rendered here."""

    def text(self, given: Given) -> str | None:
        if not isinstance(given.value, str):
            return None  # String says so
        if len(given.value.encode()) > LONGEST:
            return given.say("The {} field must not be greater than {} bytes.", LONGEST)
        try:
            check(given.value)
        except TemplateError as error:
            start = given.say("The {} field cannot be rendered, line {}: ", error.line)
            return start + error.message
        return None
