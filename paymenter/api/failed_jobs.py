from typing import Any

from paymenter.actions.failed_jobs import delete_failed_job
from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.masking import without_links
from paymenter.models import FailedJob


def _name(payload: Any) -> str | None:
    """What was to be done; the payload itself holds whole mails."""
    content = values.document(payload)
    name = content.get("displayName") if isinstance(content, dict) else None
    return name if isinstance(name, str) else None


class FailedJobResource(Resource):
    model = FailedJob
    permission = "failed_jobs"
    attributes = ("id", "uuid", "connection", "queue", "job", "exception", "failed_at")
    sources = {"job": "payload"}
    formats = {"job": _name, "exception": without_links}
    schemas = {"job": {"type": ["string", "null"], "examples": ["App\\Mail\\Mail"]}}


class FailedJobViewSet(ResourceViewSet):
    resource = FailedJobResource
    actions = Actions(delete=delete_failed_job)
    bulk = True
    filters = ("id", "uuid", "connection", "queue", "failed_at")
    sorts = ("id", "queue", "failed_at")
