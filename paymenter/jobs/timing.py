"""Runs what is due by time: each due moment once, whoever looks first."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cronsim import CronSim
from django.db import transaction
from django.utils import timezone

from paymenter import options
from paymenter.jobs.models import ScheduledRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """`when` gives a cron expression in the installation's time zone, asked anew at each look.

    `run` must be quick and write to the database only: it belongs to the transaction that marks
    the moment as dealt with. Longer work is a job that it enqueues.
    """

    name: str
    when: Callable[[], str]
    run: Callable[[], Any]
    description: str

    def last_due(self, now: datetime) -> datetime:
        """The latest due moment up to now."""
        just_after = now.astimezone(options.zone()) + timedelta(seconds=1)
        return next(CronSim(self.when(), just_after, reverse=True))

    def next_due(self, now: datetime) -> datetime:
        return next(CronSim(self.when(), now.astimezone(options.zone())))


def run_due(entries: Iterable[Entry], now: datetime | None = None) -> list[str]:
    """The names of those run. One that fails is logged and tried again at the next look.

    What was missed while no schedule ran is caught up once, however often it was due. An entry
    seen for the first time waits for its next moment: PHP may have done this one.
    """
    now = now or timezone.now()
    return [entry.name for entry in entries if _run_if_due(entry, now)]


def _run_if_due(entry: Entry, now: datetime) -> bool:
    try:
        due = entry.last_due(now)
        if not _is_new(entry, due):
            return False
        with transaction.atomic():
            won = _claim(entry, due, now)
            if won:
                entry.run()
        return won
    except Exception:
        log.exception("Scheduled %s failed and is tried again in a minute", entry.name)
        return False


def _is_new(entry: Entry, due: datetime) -> bool:
    run, created = ScheduledRun.objects.get_or_create(name=entry.name, defaults={"due_at": due})
    return not created and run.due_at < due


def _claim(entry: Entry, due: datetime, now: datetime) -> bool:
    """One statement, so that of several schedules one wins; the others wait for its commit."""
    rows = ScheduledRun.objects.filter(name=entry.name, due_at__lt=due)
    return rows.update(due_at=due, ran_at=now) == 1
