"""What the numbers of invoices, or of credit notes, tell of the counter that they come from.

Numbers of an earlier template are not taken apart, but what they count is not missed. Where the
template has the year, staff may have set the counter back at its beginning: each year, month and
day is then a series of its own, which begins anew or where the one before it ended.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from billing.rules.number_ranges import Ranges
from billing.rules.numbering import Parts, Template

Key = tuple[int, ...]


@dataclass(slots=True)
class Issued:
    """All numbers that were ever given, as counts. `by_date`: each date is a series of its own."""

    template: Template
    by_date: bool
    series: dict[Key, Ranges] = field(default_factory=dict)
    others: Ranges = field(default_factory=Ranges)

    def add(self, number: str) -> bool:
        """False for a count that its series had before."""
        if parts := self.template.parts(number):
            key = parts.date if self.by_date else ()
            return self.series.setdefault(key, Ranges()).add(parts.count)
        for digits in re.findall(r"[0-9]{1,18}", number):
            self.others.add(int(digits))
        return True

    def missing(self, counter: int) -> Iterator[tuple[Key, int, int]]:
        """Ranges of counts that no invoice has, up to the counter."""
        key: Key = ()
        expected = None
        for key in sorted(self.series):
            ranges = self.series[key]
            first = ranges.first if expected is None else min(expected, ranges.first)
            expected = ranges.last + 1
            yield from self._missing(key, first, ranges.last)
        if expected is not None:
            yield from self._missing(key, expected, counter)

    def _missing(self, key: Key, first: int, last: int) -> Iterator[tuple[Key, int, int]]:
        for one, other in self.series[key].missing(first, last):
            for gap in self.others.missing(one, other):
                yield key, *gap


class Numbering(NamedTuple):
    template: str
    padding: int


def missing(numbering: Numbering, numbers: Iterable[str], *, counter: int) -> Iterator[str]:
    """Ranges of numbers between the first one and the counter that are not there, in words.

    >>> list(missing(Numbering("INV-{number}", 1), ["INV-2", "INV-5"], counter=6))
    ['INV-3 to INV-4 (2 numbers)', 'INV-6']
    """
    template = Template(numbering.template)
    issued = Issued(template, by_date=template.has_year)
    for number in numbers:
        issued.add(number)
    for key, first, last in issued.missing(counter):
        one = template.shown(Parts(first, key), padding=numbering.padding)
        other = template.shown(Parts(last, key), padding=numbering.padding)
        yield one if first == last else f"{one} to {other} ({last - first + 1} numbers)"
