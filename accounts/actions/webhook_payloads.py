"""What a webhook says: the record as the admin API shows it at that moment."""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.models import Model
from django.urls import get_resolver

from accounts.webhooks.models import WebhookEndpoint
from paymenter.events import Event
from paymenter.jsonapi import values
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.statements import key_statement


def payload_of(event: Event, record: Model, moment: datetime) -> str:
    """Of a record that is gone already its type and id remain."""
    return _payload(event.name, moment, _shown(record))


def test_payload(name: str, endpoint: WebhookEndpoint, moment: datetime) -> str:
    kind = values.camel_case(endpoint._meta.db_table)
    return _payload(name, moment, {"id": str(endpoint.pk), "type": kind})


def resource_of(event: Event) -> type[Resource]:
    """How the admin API shows what the event is about."""
    return _resources()[event.model]


def _payload(name: str, moment: datetime, data: Any) -> str:
    stamp = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return orjson.dumps({"type": name, "timestamp": stamp, "data": data}).decode()


def _shown(record: Model) -> Any:
    resource = _resources()[record._meta.label]
    rows = key_statement(resource, resource.columns()).at([record.pk])
    if not rows:
        return {"id": str(record.pk), "type": resource.type}
    return Documents({}, {}, lambda group: False).one(resource, rows[0])["data"]


def _resources() -> dict[str, type[Resource]]:
    """Resources are known once the addresses of the API are loaded, which a worker has not done."""
    assert get_resolver().url_patterns
    return {model._meta.label: found for model, found in Resource.by_model.items()}
