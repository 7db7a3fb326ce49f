from collections.abc import Mapping
from typing import Any

from accounts.actions.webhook_deliveries import replay
from accounts.webhooks.models import WebhookDelivery
from paymenter.actor import Actor
from paymenter.jsonapi import values
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class WebhookDeliveryResource(Resource):
    model = WebhookDelivery
    permission = "webhook_deliveries"
    attributes = (
        "id",
        "webhook_id",
        "endpoint_id",
        "event",
        "payload",
        "state",
        "attempts",
        "next_attempt_at",
        "status_code",
        "answer",
        "error",
        "duration_ms",
        "updated_at",
        "created_at",
    )
    formats = {"payload": values.document}
    schemas = {"payload": {"type": "object", "examples": [{"type": "invoice.paid"}]}}


class WebhookDeliveryViewSet(ResourceViewSet):
    resource = WebhookDeliveryResource
    filters = (
        *("id", "webhook_id", "endpoint_id", "event", "state", "attempts", "status_code"),
        *("next_attempt_at", "created_at"),
    )
    sorts = ("id", "event", "state", "attempts", "next_attempt_at", "created_at")

    def documents(self, asked: Object, given: Object) -> Documents:
        """A list has no payloads unless `fields` asks for them."""
        documents = super().documents(asked, given)
        if self.action == "list":
            rest = frozenset(WebhookDeliveryResource.attributes) - {"payload"}
            documents.fields = {WebhookDeliveryResource.type: rest, **documents.fields}
        return documents


class ReplayWebhookDelivery(Command):
    resource = WebhookDeliveryResource
    path = "webhook-deliveries/{id}/replay"
    summary = "Send a webhook again"
    more = "The same bytes under the same webhook-id. Refused while it is on its way."

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> WebhookDelivery:
        return replay(record)
