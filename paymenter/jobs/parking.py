"""Jobs given up, in Laravel's `failed_jobs`, where Paymenter's staff see them too."""

from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from paymenter.errors import Refused
from paymenter.jobs import rows
from paymenter.jobs.definition import Job
from paymenter.jobs.rows import Row
from paymenter.models import FailedJob

CONNECTION = "django"  # tells ours from PHP's, whose connections are database, redis or sync
MAX_TEXT = 100_000  # characters of a traceback


@transaction.atomic
def park(row: Row, error: str) -> bool:
    """False when the claim on the row ran out: what becomes of it is another worker's to say."""
    if not rows.drop(row):
        return False
    FailedJob.objects.create(
        uuid=str(row.pk),
        connection=CONNECTION,
        queue=row.queue_name,
        payload=_payload(row),
        exception=error[-MAX_TEXT:],
        failed_at=timezone.now(),
    )
    return True


@transaction.atomic
def enqueue_again(failed: FailedJob) -> str:
    """With all its attempts; the id of the new row. Raises Refused for a job of PHP's or one that
    the code lost. The caller holds the lock on the row, so that it is enqueued once."""
    if failed.connection != CONNECTION:
        raise Refused(f"This job belongs to PHP: run php artisan queue:retry {failed.uuid} there.")
    try:
        payload = orjson.loads(failed.payload)
        definition: Any = import_string(payload["job"])
        given = payload["data"]
        arguments, named = given["args"], given["kwargs"]
    except (ImportError, KeyError, TypeError, ValueError):
        definition = None
    if not isinstance(definition, Job):
        raise Refused("This version of the code has no such job: discard it.")
    result = definition.enqueue(*arguments, **named)
    failed.delete()
    return str(result.id)


def _payload(row: Row) -> str:
    """The members that Laravel's own payloads have, as far as they mean something here."""
    return orjson.dumps(
        {
            "uuid": str(row.pk),
            "displayName": row.task_path,
            "job": row.task_path,
            "attempts": len(row.worker_ids),
            "data": row.args_kwargs,
        }
    ).decode()
