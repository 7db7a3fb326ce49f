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
from paymenter.jobs.models import ScheduledRun
from paymenter.jobs.timing import run_due
from paymenter.schedule import SCHEDULE

LOOK = 5.0  # seconds between looks


class Command(BaseCommand):
    help = (
        "Start what is due by time, until SIGTERM or Ctrl-C; the work itself is done by "
        "`manage.py work`. Several at once are safe: each moment is dealt with once."
    )

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
        for name in run_due(SCHEDULE):
            if name not in ("heartbeat", "sweep"):
                self.stdout.write(f"{timezone.now():%H:%M:%S} started: {name}")

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
