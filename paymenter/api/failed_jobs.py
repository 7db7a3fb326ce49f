"""The queue for staff: jobs that were given up, and those that wait or run."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from paymenter.actions.failed_jobs import delete_failed_job, retry_failed_job
from paymenter.actor import Actor
from paymenter.jobs import overview
from paymenter.jsonapi import values
from paymenter.jsonapi.commands import Command, Question
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.masking import without_links
from paymenter.models import FailedJob

ARGUMENTS = {
    "type": ["object", "null"],
    "properties": {"args": {"type": "array"}, "kwargs": {"type": "object"}},
    "description": "Null for a job of PHP's.",
}
_STAMP = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}
_JOB = {
    "id": {"type": "string", "format": "uuid"},
    "job": {"type": "string"},
    "arguments": {"type": "object"},
    "state": {"type": "string", "enum": ["running", "waiting"]},
    "attempts": {"type": "integer", "description": "With the one that runs."},
    "due_at": _STAMP,
    "enqueued_at": _STAMP,
    "started_at": _STAMP | {"type": ["string", "null"]},
    "last_error": {"type": ["string", "null"], "description": "The error's last line."},
}
_QUEUE = {
    **dict.fromkeys(("waiting", "due", "running", "parked"), _COUNT),
    "oldest_due_seconds": {"type": ["integer", "null"]},
    "jobs": {
        "type": "array",
        "maxItems": overview.SHOWN,
        "items": {"type": "object", "properties": _JOB, "required": list(_JOB)},
    },
}


def name_of(payload: Any) -> str | None:
    """What was to be done; the payload itself holds whole mails."""
    content = values.document(payload)
    name = content.get("displayName") if isinstance(content, dict) else None
    return name if isinstance(name, str) else None


def _arguments(payload: Any) -> dict[str, Any] | None:
    """Of jobs of ours: PHP's hold serialized objects."""
    content = values.document(payload)
    given = content.get("data") if isinstance(content, dict) else None
    return given if isinstance(given, dict) and set(given) == {"args", "kwargs"} else None


def _attempts(payload: Any) -> int | None:
    content = values.document(payload)
    tried = content.get("attempts") if isinstance(content, dict) else None
    return tried if isinstance(tried, int) else None


class FailedJobResource(Resource):
    model = FailedJob
    permission = "failed_jobs"
    attributes = (
        *("id", "uuid", "connection", "queue", "job", "arguments", "attempts", "exception"),
        "failed_at",
    )
    sources = {"job": "payload", "arguments": "payload", "attempts": "payload"}
    formats = {
        "job": name_of,
        "arguments": _arguments,
        "attempts": _attempts,
        "exception": without_links,
    }
    schemas = {
        "job": {"type": ["string", "null"], "examples": ["App\\Mail\\Mail"]},
        "arguments": ARGUMENTS,
        "attempts": {"type": ["integer", "null"], "description": "Null where PHP does not say."},
    }


class FailedJobViewSet(ResourceViewSet):
    resource = FailedJobResource
    actions = Actions(delete=delete_failed_job)
    bulk = True
    filters = ("id", "uuid", "connection", "queue", "failed_at")
    sorts = ("id", "queue", "failed_at")


class RetryFailedJob(Command):
    resource = FailedJobResource
    path = "failed-jobs/{id}/retry"
    summary = "Try a failed job again"
    more = "With all its attempts. Jobs of PHP's are refused: its own queue retries them."
    ability = "retry"
    answer = {
        "type": "object",
        "properties": {"job_id": {"type": "string", "format": "uuid"}},
        "required": ["job_id"],
    }

    def carry_out(self, record: FailedJob, values: Mapping[str, Any], actor: Actor) -> Any:
        return {"job_id": retry_failed_job(record, actor=actor)}


class ShowQueue(Question):
    resource = FailedJobResource
    path = "jobs"
    summary = "Show the queue"
    more = f"Counts, and the next {overview.SHOWN} jobs: those running, then those that wait."
    answer = {"type": "object", "properties": _QUEUE, "required": list(_QUEUE)}

    def carry_out(self, record: None, values: Mapping[str, Any], actor: Actor) -> Any:
        jobs = [_shown(overview.described(row)) for row in overview.next_jobs()]
        late = overview.oldest_due()
        return {**asdict(overview.counts()), "oldest_due_seconds": late, "jobs": jobs}


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    return job | {"last_error": without_links(job["last_error"])}
