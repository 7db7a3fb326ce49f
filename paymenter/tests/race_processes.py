"""Many processes that try the same at the same moment, again and again."""

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from django.core.cache import cache
from django.db import connections

LONGEST = 120.0  # seconds until the slowest has come to the start of a try

_FORK = multiprocessing.get_context("fork")  # what a test has patched holds in them too


def barrier(processes: int) -> Barrier:
    return _FORK.Barrier(processes, timeout=LONGEST)


def race(
    work: Callable[[int, int], Any],
    *,
    processes: int,
    tries: int,
    before: Callable[[int], None] | None = None,
) -> list[list[Any]]:
    """For each try what `work(process, try)` gave in each process; all begin a try together.
    `before(try)` is done by the first of them while the others wait."""
    connections.close_all()  # a child must not speak on its parent's connection
    start, answers = barrier(processes), _FORK.Queue()
    given = (work, before, tries, start, answers)
    children = [_FORK.Process(target=_run, args=(number, *given)) for number in range(processes)]
    for child in children:
        child.start()
    try:
        told = dict(answers.get(timeout=LONGEST * tries) for _ in children)
    finally:
        for child in children:
            child.join(LONGEST)
            child.kill()
    broken = [answer for answer in told.values() if isinstance(answer, str)]
    assert not broken, min(broken, key=lambda text: "BrokenBarrierError" in text)
    return [[told[number][place] for number in range(processes)] for place in range(tries)]


def _run(
    number: int,
    work: Callable[[int, int], Any],
    before: Callable[[int], None] | None,
    tries: int,
    start: Barrier,
    answers: "Queue[Any]",
) -> None:
    found: Any = []
    try:
        for place in range(tries):
            start.wait()
            if before is not None and number == 0:
                before(place)
            start.wait()
            found.append(work(number, place))
    except BaseException:
        start.abort()
        found = traceback.format_exc()
    answers.put((number, found))
    connections.close_all()
    cache.close()
