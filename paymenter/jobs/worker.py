"""The worker on the database: claims due rows and runs them one after the other."""

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from socket import gethostname
from typing import Any

from django.db import Error, close_old_connections
from django.utils.crypto import get_random_string

from paymenter.jobs import rows
from paymenter.jobs.deadlines import in_a_row
from paymenter.jobs.execution import Outcome, attempt
from paymenter.jobs.rows import Row

log = logging.getLogger(__name__)

LARGEST_BATCH = 32
QUICK = 0.05  # seconds a job may take for the next batch to be larger
LOOK_FOR_DEAD = 30.0  # seconds
HOLD = 10.0  # seconds after which what was claimed and not begun is given back
LONGEST_PAUSE = 30.0  # seconds between tries to reach a database that is away


class Worker:
    """`interval`: seconds between looks at an empty queue. `told` hears each outcome."""

    def __init__(
        self, *, interval: float = 1.0, told: Callable[[Outcome], None] | None = None
    ) -> None:
        self.name = f"{gethostname()}:{os.getpid()}:{get_random_string(6)}"
        self.interval = interval
        self.outcomes: Counter[Outcome] = Counter()
        self._told = told
        self._batch = 1
        self._stopping = False
        self._idle = False
        self._looked_for_dead = float("-inf")

    def listen_to_signals(self) -> None:
        """SIGTERM and SIGINT: finish the job at hand, give back the rest, end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def drain(self) -> None:
        """Runs what is due now, and returns."""
        self._release_dead()
        while not self._stopping and self._work():
            pass

    def serve(self) -> None:
        """Runs until told to stop; outlives a database that goes away."""
        with suppress(_Woken):
            self._serve()

    def _serve(self) -> None:
        pause = self.interval
        while not self._stopping:
            try:
                self._release_dead()
                busy = self._work()
            except Error:
                log.exception("The queue cannot be read, again in %g seconds", pause)
                busy, pause = False, min(pause * 2, LONGEST_PAUSE)
            else:
                pause = self.interval
            close_old_connections()
            if not busy:
                self._sleep(pause)

    def _work(self) -> bool:
        """One batch; False when there was nothing to do."""
        claimed = rows.claim(self.name, limit=self._batch)
        began = time.monotonic()
        with in_a_row():
            self._run(claimed)
        self._adjust(claimed, time.monotonic() - began)
        return bool(claimed)

    def _run(self, claimed: list[Row]) -> None:
        began = time.monotonic()
        for place, row in enumerate(claimed):
            if self._stopping or (place and time.monotonic() - began > HOLD):
                rows.give_back(claimed[place:])
                break
            self._count(attempt(row))

    def _count(self, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        if self._told:
            self._told(outcome)

    def _adjust(self, claimed: list[Row], seconds: float) -> None:
        """Many quick jobs are claimed together, slow ones singly, so that no worker waits."""
        quick = seconds <= QUICK * len(claimed)
        self._batch = min(self._batch * 2, LARGEST_BATCH) if quick else 1

    def _release_dead(self) -> None:
        if time.monotonic() - self._looked_for_dead > LOOK_FOR_DEAD:
            self._looked_for_dead = time.monotonic()
            if released := rows.release_expired():
                log.warning("%d jobs of workers that died are tried again", released)

    def _sleep(self, seconds: float) -> None:
        self._idle = True
        if not self._stopping:
            time.sleep(seconds)
        self._idle = False

    def _stop(self, *_: Any) -> None:
        self._stopping = True
        if self._idle:
            raise _Woken


class _Woken(Exception):
    """Ends an idle worker."""
