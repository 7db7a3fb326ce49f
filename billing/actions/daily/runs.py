"""A daily run from its beginning to its figures.

A run has a row. One that was broken off is gone on with by whoever comes next on the same day, and
two that run at once are one run in which both work: what one of them did, the other finds done. The
figures are counted from what was done, not while it is done, so that they are right after any end.

`run_daily` works in the caller's process. `start_daily` cuts each step into slices for workers.
"""

from contextlib import suppress
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.actions.records import change_record, create_record
from billing.actions import provisioning
from billing.actions.daily import charges
from billing.actions.daily.parking import tell_of_parked
from billing.actions.daily.step import Step
from billing.actions.daily.steps import after, step_named, steps
from billing.actions.daily.working import Range, Seen, chunks, ignore, work
from billing.daily.models import DailyRun, DailySlice
from paymenter.actor import SYSTEM
from paymenter.db import fields, zone
from paymenter.db.locks import persistent
from paymenter.errors import Refused
from paymenter.jobs import job
from paymenter.models import CronStat, Setting

FUTURE = "Only a dry run can be as of a day that has not come."

LAST_RUN = {"key": "last_cron_run", "settingable_type": "App\\Models\\CronStat"}


def run_daily(now: datetime | None = None, *, seen: Seen = ignore) -> DailyRun:
    """All steps, in this process; `now` is the instant as of which rows are due."""
    run = begin(now)
    for step in steps():
        work(step, run, seen=seen)
    finish(run)
    return run


def begin(now: datetime | None = None) -> DailyRun:
    """The run of the day: a new one, or the one that has not been finished."""
    now = now or fields.now()
    if now > fields.now():
        raise Refused.on("date", FUTURE)
    day = zone.naive(now).date()
    for left in DailyRun.objects.filter(open_day__lt=day).order_by("pk"):
        finish(left)
    return _opened(day, now)


def _opened(day: date, now: datetime) -> DailyRun:
    """Of many who begin at once one makes it; it may be finished before another one looks."""
    while True:
        with suppress(IntegrityError):
            return persistent(lambda: DailyRun.objects.create(day=day, open_day=day, now=now))
        if run := DailyRun.objects.filter(open_day=day).first():
            return run


def finish(run: DailyRun) -> bool:
    """Writes the figures; False where that was done."""
    return persistent(lambda: _finish(run))


def _finish(run: DailyRun) -> bool:
    ours = DailyRun.objects.filter(pk=run.pk, finished_at=None)
    if not ours.update(finished_at=fields.now(), open_day=None, updated_at=fields.now()):
        return False
    counted = dict(run.work.values_list("step").annotate(Sum("amount")).order_by())
    for step in steps():
        if step.in_stats and step is not charges.ChargesMade:
            _figure(step.key, counted.get(step.key, 0), run.day)
    _note_time()
    _figure(charges.ChargesMade.key, charges.charged(run), run.day)
    provisioning.sweep()
    tell_of_parked(run)
    return True


def figures(run: DailyRun) -> dict[str, int]:
    counted = dict(run.work.values_list("step").annotate(Sum("amount")).order_by())
    counted[charges.ChargesMade.key] = charges.charged(run)
    return {step.key: counted.get(step.key, 0) for step in steps()}


def _figure(key: str, value: int, day: date) -> None:
    CronStat.objects.create(key=key, value=value, date=day)


def _note_time() -> None:
    """Where Paymenter's console looks when the run was last done."""
    rows = Setting.objects.filter(**LAST_RUN, settingable_id=None).order_by("pk")
    value = {"value": str(zone.naive(fields.now()))}
    row = rows.first()
    if row is None:
        create_record(Setting, {**LAST_RUN, **value, "type": "string"}, actor=SYSTEM)
    else:
        change_record(row, value, actor=SYSTEM)


# Shared by workers


def start_daily(now: datetime | None = None) -> DailyRun:
    """Leaves the work to jobs: each step begins when all slices of the one before are done."""
    run = begin(now)
    _open(run, steps()[0])
    return run


@job(attempts=8, deadline=900)
def work_slice(slice_id: int) -> None:
    """A range of ids of one step."""
    piece = DailySlice.objects.select_related("run").filter(pk=slice_id).first()
    if piece is None or piece.done_at is not None:
        return
    step = step_named(piece.step)
    work(step, piece.run, Range(piece.first_id, piece.last_id))
    _close(piece, step)


@transaction.atomic
def _close(piece: DailySlice, step: type[Step]) -> None:
    run = DailyRun.objects.select_for_update().get(pk=piece.run_id)
    DailySlice.objects.filter(pk=piece.pk).update(done_at=fields.now())
    if not run.slices.filter(step=piece.step, done_at=None).exists():
        _open(run, after(step))


def _open(run: DailyRun, step: type[Step] | None) -> None:
    """Of the first step with something to do; the run ends where there is none left."""
    while step is not None:
        pieces = [_slice(run, step, ids) for ids in chunks(step(run))]
        new = [piece for piece in pieces if piece.done_at is None]
        for piece in new:
            work_slice.enqueue(slice_id=piece.pk)
        if new:
            return
        step = after(step)
    finish(run)


def _slice(run: DailyRun, step: type[Step], ids: list[int]) -> DailySlice:
    piece, _ = DailySlice.objects.get_or_create(
        run=run, step=step.key, first_id=ids[0], defaults={"last_id": ids[-1]}
    )
    return piece
