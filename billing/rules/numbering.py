"""Invoice numbers (Paymenter: InvoiceNumberListener)."""

import re
from dataclasses import dataclass
from datetime import date

_DIGITS = {"year": "{4}", "month": "{2}", "day": "{2}"}
_PLACES = {"{number}", "{year}", "{month}", "{day}"}


def invoice_number(count: int, *, template: str, padding: int, on: date) -> str:
    """The number of the `count`-th invoice.

    {number} is padded with zeros to `padding` digits and never cut; {year}, {month} and {day} are
    those of `on`. All occurrences are replaced.

    >>> invoice_number(7, template="INV-{year}-{number}", padding=4, on=date(2026, 3, 1))
    'INV-2026-0007'
    """
    text = template.replace("{number}", str(count).zfill(padding))
    text = text.replace("{year}", f"{on:%Y}")
    return text.replace("{month}", f"{on:%m}").replace("{day}", f"{on:%d}")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a number is made of; `date` are its year, month and day, as far as the template has
    them."""

    count: int
    date: tuple[int, ...]


class Template:
    """Takes numbers apart that `invoice_number` has made.

    >>> Template("INV-{year}-{number}").parts("INV-2026-0007")
    Parts(count=7, date=(2026,))
    """

    def __init__(self, text: str) -> None:
        self.has_year = "{year}" in text
        self.has_number = "{number}" in text
        self._text = text
        self._names = [name for name in _DIGITS if f"{{{name}}}" in text]
        self._pattern = re.compile(_pattern(text))

    def parts(self, number: str) -> Parts | None:
        """None for a number of another template."""
        found = self._pattern.fullmatch(number)
        if not found or not self.has_number:
            return None
        return Parts(int(found["number"]), tuple(int(found[name]) for name in self._names))

    def shown(self, parts: Parts, *, padding: int) -> str:
        """The number again; parts of a date that are not told stay names."""
        text = self._text.replace("{number}", str(parts.count).zfill(padding))
        for name, value in zip(self._names, parts.date, strict=False):
            text = text.replace(f"{{{name}}}", f"{value:0{_DIGITS[name][1]}}")
        return text


def _pattern(template: str) -> str:
    seen = set()
    parts = []
    for text in re.split(r"(\{(?:number|year|month|day)\})", template):
        name = text[1:-1]
        if text not in _PLACES:
            parts.append(re.escape(text))
        elif name in seen:
            parts.append(f"(?P={name})")
        else:
            seen.add(name)
            parts.append(f"(?P<{name}>[0-9]{_DIGITS.get(name, '{1,18}')})")
    return "".join(parts)
