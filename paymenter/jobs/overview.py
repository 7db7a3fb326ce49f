"""What the queue holds, for staff and for whoever watches the installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from paymenter.jobs import rows
from paymenter.jobs.rows import Row
from paymenter.models import FailedJob

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Counts:
    """`due` are those of `waiting` whose time has come; `parked` includes PHP's."""

    waiting: int
    due: int
    running: int
    parked: int


def counts() -> Counts:
    grouped = DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk"))
    by_status = dict(grouped)
    return Counts(
        waiting=by_status.get(TaskResultStatus.READY, 0),
        due=rows.due().count(),
        running=by_status.get(TaskResultStatus.RUNNING, 0),
        parked=FailedJob.objects.count(),
    )


def oldest_due() -> int | None:
    """Seconds for which the job that waits longest has been due; None when none is."""
    since = rows.due().order_by().aggregate(since=Min("run_after"))["since"]
    return None if since is None else max(int((timezone.now() - since).total_seconds()), 0)


def next_jobs(limit: int = SHOWN) -> Sequence[Row]:
    """Those running, then those that wait, the next first."""
    found = DBTaskResult.objects.defer("return_value", "exception_class_path")
    running = found.filter(status=TaskResultStatus.RUNNING).order_by("started_at")[:limit]
    shown = list(running)
    waiting = found.filter(status=TaskResultStatus.READY).order_by("run_after", "enqueued_at")
    return [*shown, *waiting[: limit - len(shown)]] if len(shown) < limit else shown


def described(row: Row) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "job": row.task_path,
        "arguments": row.args_kwargs,
        "state": "running" if row.status == TaskResultStatus.RUNNING else "waiting",
        "attempts": len(row.worker_ids),
        "due_at": stamp(row.run_after),
        "enqueued_at": stamp(row.enqueued_at),
        "started_at": stamp(row.started_at),
        "last_error": last_line(row.traceback),
    }


def last_line(text: str) -> str | None:
    return text.strip().rpartition("\n")[2] or None


def stamp(moment: Any) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
