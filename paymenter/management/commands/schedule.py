"""`manage.py schedule`: starts what is due by time (paymenter/schedule.py is the list)."""

import signal
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from paymenter import options
from paymenter.actions.heartbeat import is_beaten_by_php
from paymenter.jobs.models import ScheduledRun
from paymenter.jobs.timing import run_due
from paymenter.schedule import SCHEDULE

LOOK = 5.0  # seconds between looks
STANDING_BY = (
    "Paymenter's own schedule runs (php artisan schedule:run): this one stands by. "
    "Take that line out of the crontab and this one goes on within two minutes."
)


class Command(BaseCommand):
    help = (
        "Start what is due by time, until SIGTERM or Ctrl-C; the work itself is done by "
        "`manage.py work`. Several at once are safe: each moment is dealt with once. Stands by "
        "while PHP's schedule runs on the same database."
    )

    _stood_by = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--once", action="store_true", help="one look, for cron: each minute")
        how.add_argument("--list", action="store_true", help="show what happens when, and end")

    def handle(self, *, once: bool, list: bool, **_: Any) -> None:
        if list:
            self._list(timezone.now())
        elif once:
            self._look()
        else:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _stop)
            self._serve()

    def _serve(self) -> None:
        try:
            while True:
                self._look()
                close_old_connections()
                time.sleep(LOOK)
        except _Stopped:
            return

    def _look(self) -> None:
        if self._stands_by():
            return
        for name in run_due(SCHEDULE):
            if name not in ("heartbeat", "sweep"):
                self.stdout.write(f"{timezone.now():%H:%M:%S} started: {name}")

    def _stands_by(self) -> bool:
        """While PHP's schedule runs: two daily runs a day would surprise everybody."""
        ours = ScheduledRun.objects.filter(name="heartbeat").values_list("ran_at", flat=True)
        beaten = is_beaten_by_php(ours.first())
        if beaten and not self._stood_by:
            self.stderr.write(STANDING_BY)
        self._stood_by = beaten
        return beaten

    def _list(self, now: datetime) -> None:
        ran = dict(ScheduledRun.objects.values_list("name", "ran_at"))
        self.stdout.write(f"Times of {options.zone()}")
        self.stdout.write(f"{'':14}{'when':16}{'next':18}{'last':18}")
        for entry in SCHEDULE:
            times = f"{_shown(entry.next_due(now)):18}{_shown(ran.get(entry.name)):18}"
            self.stdout.write(f"{entry.name:14}{entry.when():16}{times}{entry.description}")


def _shown(moment: datetime | None) -> str:
    return f"{moment.astimezone(options.zone()):%Y-%m-%d %H:%M}" if moment else "-"


class _Stopped(Exception):
    """Ends the loop between or in the middle of looks: a look is a few short transactions."""


def _stop(*_: Any) -> None:
    raise _Stopped
