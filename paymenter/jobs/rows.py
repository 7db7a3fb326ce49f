"""The queue: rows of django-tasks-db, claimed for a time and given back.

READY and due: waits for a worker. RUNNING: claimed by the last of `worker_ids` at `started_at`; how
many there are is how often it was tried. A row that is done is deleted, one that is given up is
parked in `failed_jobs` and deleted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from paymenter.db.locks import persistent
from paymenter.jobs.definition import Job

Row: TypeAlias = "DBTaskResult[..., Any]"

SHORT = 60  # seconds of a job's deadline up to which all claims are of one length
GRACE = 30  # seconds beyond its deadline (at least SHORT) after which a job's worker counts as dead

_LOOKED_AT = ("id", "task_path", "args_kwargs", "worker_ids", "queue_name", "enqueued_at")
_FINISH = f"DELETE FROM {DBTaskResult._meta.db_table} WHERE id = %s"  # noqa: S608


def due() -> "QuerySet[Row]":
    """What may run now, the most urgent first."""
    rows = DBTaskResult.objects.filter(status=TaskResultStatus.READY, run_after__lte=timezone.now())
    return rows.order_by("-priority", "run_after", "enqueued_at")


def claim(worker: str, *, limit: int) -> list[Row]:
    """Up to `limit` due rows that no other worker has. One that was tried before comes alone, so
    that a job that kills its worker takes no other with it. Those that come together have claims
    of one length, so that none runs out on a row that waits for its turn."""
    return persistent(lambda: _claim(worker, limit)) if due().exists() else []


def _claim(worker: str, limit: int) -> list[Row]:
    skip = connection.features.has_select_for_update_skip_locked
    found = due().select_for_update(skip_locked=skip).only(*_LOOKED_AT)[:limit]
    rows = _together(list(found))
    _mark(rows, worker)
    return rows


def claim_one(key: str, worker: str) -> "Row | None":
    """This row, unless it is gone, not due or another worker has it."""
    with transaction.atomic():
        row = due().select_for_update().only(*_LOOKED_AT).filter(pk=key).first()
        if row:
            _mark([row], worker)
    return row


def give_back(rows: Iterable[Row]) -> None:
    """Claimed but never begun: as if they had not been claimed."""
    for row in rows:
        waiting = {"status": TaskResultStatus.READY, "worker_ids": row.worker_ids[:-1]}
        _held(row).update(**waiting)


def finish(row: Row) -> None:
    """It is done, whoever holds it by now."""
    key: Any = row._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [key.get_db_prep_value(row.pk, connection)])


def drop(row: Row) -> bool:
    """Deletes it while the claim stands; False when it does not."""
    return bool(_held(row)._raw_delete(DEFAULT_DB_ALIAS))


def postpone(row: Row, until: datetime, error: str) -> None:
    _held(row).update(status=TaskResultStatus.READY, run_after=until, traceback=error)


def release_expired() -> int:
    """Makes rows of dead workers ready again; how many there were."""
    now = timezone.now()
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    released = 0
    for row in running.filter(started_at__lt=now - timedelta(seconds=GRACE)).iterator():
        if row.started_at and row.started_at < now - timedelta(seconds=_lasts(row)):
            released += _held(row).update(status=TaskResultStatus.READY)
    return released


def definition_of(row: Row) -> "Job[..., object] | None":
    """None when the code no longer has such a job."""
    try:
        found = import_string(row.task_path)
    except ImportError:
        return None
    return found if isinstance(found, Job) else None


def _together(rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    lasts = _lasts(rows[0])
    others = (n for n, row in enumerate(rows) if row.worker_ids or _lasts(row) != lasts)
    return rows[: max(next(others, len(rows)), 1)]


def _lasts(row: Row) -> int:
    """Seconds after which the claim on this row has run out."""
    return GRACE + max(_deadline(row), SHORT)


def _deadline(row: Row) -> int:
    definition = definition_of(row)
    return definition.deadline if definition else 0


def _mark(rows: list[Row], worker: str) -> None:
    """Fresh rows share one statement; of tried ones there is only one at a time."""
    if not rows:
        return
    tried = rows[0].worker_ids
    claimed = {"status": TaskResultStatus.RUNNING, "worker_ids": [*tried, worker]}
    now = timezone.now()
    DBTaskResult.objects.filter(pk__in=[r.pk for r in rows]).update(**claimed, started_at=now)
    for row in rows:
        row.worker_ids, row.started_at = claimed["worker_ids"], now


def _held(row: Row) -> "QuerySet[Row]":
    """The row while this claim on it stands: nobody claimed it since."""
    running = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING)
    return running.filter(started_at=row.started_at)
