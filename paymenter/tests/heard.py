"""What was told while a test ran."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from paymenter import events
from paymenter.events import Happened


@contextmanager
def heard(note: Callable[[Happened], None] | None = None) -> Iterator[list[Happened]]:
    """`note` is called when it happens, when the record is still as it was told."""
    found: list[Happened] = []

    def listen(happened: Happened) -> None:
        found.append(happened)
        if note:
            note(happened)

    events.on()(listen)
    try:
        yield found
    finally:
        places = events._listeners_of_all
        places[:] = [place for place in places if place[0] is not listen]
