"""Breaks a job off when its time is up, and ends the process where that fails."""

import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from paymenter.jobs import rows

NAGGING = 5.0  # seconds until a job that swallows its deadline hears of it again
EARLY = 5.0  # seconds by which the end of the process may be nearer than half of `rows.GRACE`

_is_shared = False
_ends_at = 0.0  # on the monotonic clock; 0 while no end is set


class DeadlineExceeded(BaseException):
    """Not an Exception, so that a job's own `except Exception` does not swallow it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raises DeadlineExceeded in the block when time is up; only the main thread can be told.

    A block that cannot be interrupted ends the whole process some seconds later; its claim then
    runs out and another worker tries.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(*_: Any) -> None:
        raise DeadlineExceeded(f"not finished after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, expire)
    _end_process_after(seconds + rows.GRACE / 2)
    signal.setitimer(signal.ITIMER_REAL, seconds, NAGGING)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # the last alarm may still arrive here
    finally:
        signal.signal(signal.SIGALRM, before)
        if not _is_shared:
            _stay()


@contextmanager
def in_a_row() -> Iterator[None]:
    """Deadlines within share one end of the process: setting one starts a thread, which takes
    longer than a quick job."""
    global _is_shared, _ends_at
    _is_shared, _ends_at = True, 0.0
    try:
        yield
    finally:
        _is_shared = False
        _stay()


def _end_process_after(seconds: float) -> None:
    global _ends_at
    latest = time.monotonic() + seconds
    if not latest - EARLY <= _ends_at <= latest:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or sys.stderr)
        _ends_at = latest


def _stay() -> None:
    global _ends_at
    faulthandler.cancel_dump_traceback_later()
    _ends_at = 0.0
