"""Files that mails carry, made by the worker when the mail goes out."""

import logging
from collections.abc import Callable, Iterable, Sequence

from paymenter.mail.messages import Attachment

log = logging.getLogger(__name__)

Producer = Callable[[int], Attachment]
Wanted = Sequence[object]  # name of the producer and what it makes it of

_producers: dict[str, Producer] = {}


def producer(name: str) -> Callable[[Producer], Producer]:
    """@producer("invoice") def invoice(key: int) -> Attachment"""

    def register(function: Producer) -> Producer:
        _producers[name] = function
        return function

    return register


def make(wanted: Iterable[Wanted]) -> tuple[list[Attachment], list[str]]:
    """What could be made, and what went wrong with the rest: a mail is not held back by it."""
    made: list[Attachment] = []
    errors: list[str] = []
    for name, key in wanted:
        try:
            made.append(_producers[str(name)](int(str(key))))
        except Exception as error:
            log.exception("Attachment %s %s", name, key)
            errors.append(f"sent without {name} {key}: {type(error).__name__}: {error}")
    return made, errors
