"""Works through the rows of a step: each in a short transaction, what fails is set aside."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from billing.actions.daily import parking
from billing.actions.daily.step import BulkStep, Done, OutsideStep, Step, waiting
from billing.daily.models import DailyRun, DailyWork
from paymenter.db.locks import persistent
from paymenter.db.writes import insert_all

CHUNK = 500

Seen = Callable[[Step, Done | None, Exception | None], None]

log = logging.getLogger(__name__)


class AlreadyDone(Exception):
    """Another run did it in the meantime; undoes ours."""


class Undone(Exception):
    """Ends the transaction of a dry run."""

    def __init__(self, done: Done | None) -> None:
        self.done = done
        super().__init__()


@dataclass(frozen=True, slots=True)
class Range:
    """Which ids, and how many of them at most."""

    first: int = 0
    last: int | None = None
    most: int | None = None


ALL = Range()


def ignore(*_: Any) -> None:
    pass


def chunks(step: Step, ids: Range = ALL) -> Iterator[list[int]]:
    """Ids of due rows that do not wait for staff, in order, a chunk at a time."""
    after, left = ids.first - 1, ids.most
    while left is None or left > 0:
        rows = step.due().exclude(pk__in=waiting(step)).filter(pk__gt=after)
        rows = rows if ids.last is None else rows.filter(pk__lte=ids.last)
        size = CHUNK if left is None else min(CHUNK, left)
        found = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
        if not found:
            return
        yield found
        after = found[-1]
        left = None if left is None else left - len(found)


def work(
    make: type[Step],
    run: DailyRun,
    ids: Range = ALL,
    *,
    seen: Seen = ignore,
    dry: bool = False,
    settled: set[int] | None = None,
) -> None:
    """All due rows of the step, or those of a range. `settled` are services for which a dry run
    found that they would be paid."""
    for chunk in chunks(make(run), ids):
        step = make(run)
        step.settled = set(settled or ())
        if isinstance(step, BulkStep):
            _bulk(step, chunk, seen, dry)
        else:
            _each(step, chunk, seen, dry)


def _each(step: Step, ids: list[int], seen: Seen, dry: bool) -> None:
    with step.memory():
        _each_of(step, ids, seen, dry)


def _each_of(step: Step, ids: list[int], seen: Seen, dry: bool) -> None:
    known = parking.parked(step, ids)
    step.confirmed = frozenset(pk for pk, row in known.items() if row.confirmed)
    for record in step.load(ids):
        done, error = _attempt(step, record, dry)
        if not dry and error is not None:
            _set_aside(step, record, error)
        elif not dry and record.pk in known:
            parking.clear(step, record.pk)
        seen(step, done, error)


def _set_aside(step: Step, record: Any, error: Exception) -> None:
    persistent(lambda: parking.park(step, record, error))


def _attempt(step: Step, record: Any, dry: bool) -> tuple[Done | None, Exception | None]:
    try:
        if isinstance(step, OutsideStep):
            return step.carry_out(record), None
        return persistent(lambda: _carry_out(step, record, dry)), None
    except Undone as undone:
        return undone.done, None
    except AlreadyDone:
        return None, None
    except Exception as error:
        log.debug("Daily run, %s of %s", step.key, record.pk, exc_info=True)
        return None, error


def _carry_out(step: Step, record: Any, dry: bool) -> Done | None:
    done = step.carry_out(record)
    if dry:
        raise Undone(done)
    if done is not None:
        note(step, record.pk, done)
    return done


def _bulk(step: BulkStep, ids: Sequence[int], seen: Seen, dry: bool) -> None:
    done = Done(step.label, amount=len(ids))
    seen(step, done if dry else persistent(lambda: _carry_out_all(step, ids)), None)


def _carry_out_all(step: BulkStep, ids: Sequence[int]) -> Done | None:
    done = step.carry_out_all(ids)
    if done is not None:
        note(step, ids[0], done)
    return done


def note(step: Step, record_id: int, done: Done) -> None:
    """The last write of the transaction; raises AlreadyDone where the day has one already."""
    row = DailyWork(
        run=step.run,
        step=step.key,
        record_id=record_id,
        day=step.today,
        period_start=done.period_start,
        invoice_id=done.invoice_id,
        amount=done.amount,
    )
    try:
        insert_all([row])
    except IntegrityError as error:
        raise AlreadyDone from error
