"""One attempt at a claimed job, and what becomes of it."""

import logging
from datetime import timedelta
from enum import StrEnum
from traceback import format_exception
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from paymenter.jobs import parking, rows
from paymenter.jobs.deadlines import DeadlineExceeded, deadline
from paymenter.jobs.definition import GiveUp, Job, TryLater
from paymenter.jobs.rows import Row
from paymenter.logs import request_id

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    DONE = "done"
    POSTPONED = "postponed"
    PARKED = "parked"


class ClaimLost(Exception):
    """Another worker has the row, or did the job: what this one wrote is taken back."""


def attempt(row: Row) -> Outcome:
    """Runs the job once. Raises nothing of the job's; database errors of the queue are raised."""
    token = request_id.set(str(row.pk))
    try:
        definition = rows.definition_of(row)
        if definition is None:
            return _park(row, f"There is no job {row.task_path} in this version of the code.")
        if len(row.worker_ids) > definition.attempts:
            return _park(row, f"Its worker died in each of {definition.attempts} attempts.")
        try:
            with deadline(definition.deadline):
                _run(definition, row)
        except (Exception, DeadlineExceeded, SystemExit) as error:
            return _failed(row, definition, error)
        return Outcome.DONE
    finally:
        request_id.reset(token)


def _run(definition: "Job[..., Any]", row: Row) -> None:
    given = row.args_kwargs
    if definition.atomic:
        with transaction.atomic():
            definition.call(*given["args"], **given["kwargs"])
            if not rows.drop(row):
                raise ClaimLost(f"{row.task_path} took longer than its claim on the row lasted")
    else:
        definition.call(*given["args"], **given["kwargs"])
        rows.finish(row)


def _failed(row: Row, definition: "Job[..., Any]", error: BaseException) -> Outcome:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    tried, text = len(row.worker_ids), "".join(format_exception(error))
    if isinstance(error, GiveUp) or tried >= definition.attempts:
        return _park(row, text)
    wait = timedelta(seconds=definition.delay(tried))
    until = timezone.now() + (max(wait, error.wait) if isinstance(error, TryLater) else wait)
    log.warning(
        "%s failed, attempt %d of %d, again at %s: %s",
        *(row.task_path, tried, definition.attempts, f"{until:%H:%M:%S} UTC"),
        *(f"{type(error).__name__}: {error}",),
    )
    rows.postpone(row, until, text)
    return Outcome.POSTPONED


def _park(row: Row, text: str) -> Outcome:
    if parking.park(row, text):
        why = text.strip().rpartition("\n")[2]
        log.error("%s is parked in failed_jobs: %s", row.task_path, why)
    return Outcome.PARKED
