"""Sets of whole numbers that are mostly without gaps: which are missing, in little memory."""

from bisect import bisect_left
from collections.abc import Iterator


class Ranges:
    """
    >>> ranges = Ranges()
    >>> [ranges.add(number) for number in (1, 2, 5, 2)]
    [True, True, True, False]
    >>> list(ranges.missing(1, 7))
    [(3, 4), (6, 7)]
    """

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._firsts)

    @property
    def first(self) -> int:
        return self._firsts[0]

    @property
    def last(self) -> int:
        return self._lasts[-1]

    def add(self, number: int) -> bool:
        """False where the number was there already."""
        at = bisect_left(self._lasts, number)
        if at < len(self._lasts) and self._firsts[at] <= number:
            return False
        follows = at > 0 and self._lasts[at - 1] == number - 1
        leads = at < len(self._firsts) and self._firsts[at] == number + 1
        if follows and leads:
            self._lasts[at - 1] = self._lasts.pop(at)
            self._firsts.pop(at)
        elif follows:
            self._lasts[at - 1] = number
        elif leads:
            self._firsts[at] = number
        else:
            self._firsts.insert(at, number)
            self._lasts.insert(at, number)
        return True

    def missing(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The ranges between `first` and `last`, both included, that are not here."""
        at = bisect_left(self._lasts, first)
        while first <= last and at < len(self._firsts) and self._firsts[at] <= last:
            if first < self._firsts[at]:
                yield first, self._firsts[at] - 1
            first = self._lasts[at] + 1
            at += 1
        if first <= last:
            yield first, last
