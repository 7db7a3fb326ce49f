"""What a step of the daily run is: rows that are due, and what is done to one of them."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet

from billing.daily.models import DailyRun, ParkedRow
from paymenter import options
from paymenter.db import zone
from paymenter.db.prepared import remembering

Rows = QuerySet[Any]

_NUMBER = re.compile(r"\s*[+-]?\d{1,6}")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a row; `text` tells staff."""

    text: str
    invoice_id: int | None = None
    period_start: datetime | None = None
    amount: int = 1


class Absurd(Exception):
    """Refused by a guard: parked at once until staff confirm it."""


class Step:
    """One object lives as long as a chunk of rows: what it has looked up for them stays with it.

    `key` is that of cron_stats. `confirmed` are ids that staff let pass the guards.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    in_stats: ClassVar[bool] = True
    rehearsed: ClassVar[bool] = True  # by a dry run

    def __init__(self, run: DailyRun) -> None:
        self.run = run
        self.now: datetime = run.now
        self.confirmed: frozenset[int] = frozenset()
        self.settled: set[int] = set()

    def due(self) -> Rows:
        raise NotImplementedError

    def load(self, ids: Sequence[int]) -> list[Any]:
        """The rows with what `carry_out` needs of other tables, in the order of their ids."""
        return list(self.due().filter(pk__in=ids).order_by("pk"))

    def carry_out(self, record: Any) -> Done | None:
        """In a transaction of its own; None when there is nothing to do any more. Whatever it
        raises undoes the transaction and parks the row."""
        raise NotImplementedError

    def memory(self) -> AbstractContextManager[None]:
        """Within which the rows of a chunk are dealt with."""
        return remembering()

    def ago(self, key: str, default: int) -> datetime:
        """Now minus the days of a setting; on the clock of the installation, as in PHP."""
        return self.shifted(-days_of(key, default))

    def shifted(self, days: int) -> datetime:
        return zone.aware(zone.naive(self.now) + timedelta(days=days))

    @property
    def today(self) -> date:
        return self.run.day


class OutsideStep(Step):
    """Reaches out of the database: no transaction is open when `carry_out` is called, which sees
    itself that a row is dealt with once."""

    rehearsed = False

    def memory(self) -> AbstractContextManager[None]:
        return nullcontext()  # a provider may take long


class BulkStep(Step):
    """Rows that only have to go: no look at each."""

    def carry_out_all(self, ids: Sequence[int]) -> Done | None:
        """In one transaction."""
        raise NotImplementedError


def days_of(key: str, default: int) -> int:
    """A setting in whole days; the number at its start, as PHP reads "5 days". What is NULL, empty
    or no number means the default: Paymenter reads 0 and terminates at once."""
    found = _NUMBER.match(str(options.get(key, "")))
    return int(found.group()) if found else default


def waiting(step: Step) -> Any:
    """Ids of rows that wait for staff."""
    rows = ParkedRow.objects.filter(step=step.key, waits=True)
    return rows.values("record_id")
