"""Two processes at once for the same work, one of which may be killed: a database with connections.

What they do is not the same for the same seed, since nobody knows who comes first.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.managers import SyncManager
from typing import Any

from django.db import connection, connections

LONGEST = 120.0  # seconds

_FORK = multiprocessing.get_context("fork")


def shared() -> tuple[SyncManager, Any]:
    """A map that all processes see, and what keeps it."""
    manager = _FORK.Manager()
    return manager, manager.dict()


def two(work: Callable[[], Any], *, kill_after: float | None = None) -> bool:
    """Both end, or the first is killed (SIGKILL) after so many seconds; whether it was."""
    connections.close_all()
    children = [_FORK.Process(target=_run, args=(work,)) for _ in range(2)]
    for child in children:
        child.start()
    killed = kill_after is not None and _kill(children[0], kill_after)
    for child in children:
        child.join(LONGEST)
    _wait_for_the_dead(children)
    wrong = [c.exitcode for c in children if c.exitcode not in (0, -signal.SIGKILL)]
    assert not wrong, f"a worker ended with {wrong}"
    return killed


def _run(work: Callable[[], Any]) -> None:
    work()
    connections.close_all()


def _kill(child: Any, seconds: float) -> bool:
    time.sleep(seconds)
    if not child.is_alive():
        return False
    os.kill(child.pid, signal.SIGKILL)
    return True


def _wait_for_the_dead(children: list[Any]) -> None:
    """The server takes back what a killed process left open as soon as it notices."""
    until = time.monotonic() + LONGEST
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT COUNT(*) FROM information_schema.processlist"
                " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            )
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("a killed process is still connected")
