"""`manage.py run_daily`: invoices, suspensions, terminations and the rest of the day's work."""

import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.actions.daily.rehearsals import moment_of, rehearsal
from billing.actions.daily.runs import figures, run_daily, start_daily
from billing.actions.daily.step import Done, Step
from billing.actions.daily.steps import steps
from billing.daily.models import ParkedRow
from paymenter.errors import Refused


class Command(BaseCommand):
    help = (
        "Does the day's work: invoices, suspensions, terminations, reminders. What was done today "
        "is not done again, and two at once are safe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print what it would do")
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            help="as of this day, at the setting cronjob_time; of a day to come only as a dry run",
        )
        parser.add_argument(
            "--spread", action="store_true", help="leave the work to the workers, in slices"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        now = moment_of(given["date"])
        try:
            if given["dry_run"]:
                self._rehearse(given["date"])
            elif given["spread"]:
                self.stdout.write(f"Left to the workers: {start_daily(now)}.")
            else:
                self._run(now)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _rehearse(self, day: date | None) -> None:
        labels = {step.key: step.label for step in steps()}
        for line in rehearsal(day, most=sys.maxsize):
            would = "would be parked: " if line.parked else ""
            self.stdout.write(f"{labels[line.step]}: {would}{line.text}")

    def _run(self, now: datetime) -> None:
        bar = Bar(sys.stderr)
        run = run_daily(now, seen=bar.move)
        bar.end()
        counted = figures(run)
        for step in steps():
            if step.in_stats or counted[step.key]:
                self.stdout.write(f"{step.label}: {counted[step.key]}")
        if waiting := ParkedRow.objects.count():
            raise CommandError(f"{waiting} rows are parked: see /api/v1/admin/parked-rows.")


class Bar:
    """Which step, and how many rows of it are done; only on a terminal."""

    EVERY = 20

    def __init__(self, stream: Any) -> None:
        self._stream = stream if stream.isatty() else None
        self._counts: Counter[str] = Counter()

    def move(self, step: Step, done: Done | None, error: Exception | None) -> None:
        self._counts[step.key] += done.amount if done else 1
        if self._stream and self._counts[step.key] % self.EVERY == 1:
            self._stream.write(f"\r\x1b[K{step.label}: {self._counts[step.key]}")
            self._stream.flush()

    def end(self) -> None:
        if self._stream:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
