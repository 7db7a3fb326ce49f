"""What happens when: histories are generators, all of them played in the order of time."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import TypeAlias

# Yields the moment at which it wants to be resumed; what follows the yield happens then.
Life: TypeAlias = Iterator[datetime]


class Agenda:
    """Memory grows with the lives under way at one time, not with the number of events."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self._heap: list[tuple[datetime, int, Life]] = []
        self._order = count()

    def start(self, life: Life) -> None:
        """Runs the life up to its first yield now."""
        when = next(life, None)
        if when is not None and when <= self.end:
            heapq.heappush(self._heap, (when, next(self._order), life))

    def play(self) -> Iterator[datetime]:
        """Yields after each event; what would come after the end never happens."""
        while self._heap:
            when, _, life = heapq.heappop(self._heap)
            self.start(life)
            yield when
