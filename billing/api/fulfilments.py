"""What paid invoices were for, and what of it is still to be given."""

from collections.abc import Mapping
from typing import Any

from billing.actions.fulfilments import retry_fulfilment
from billing.fulfilments.models import Fulfilment
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class FulfilmentResource(Resource):
    model = Fulfilment
    permission = "fulfilments"
    attributes = (
        "invoice_item_id",
        "invoice_id",
        "status",
        "attempts",
        "error",
        "updated_at",
        "created_at",
    )


class FulfilmentViewSet(ResourceViewSet):
    resource = FulfilmentResource
    key_description = "The id of the invoice item."
    filters = ("invoice_item_id", "invoice_id", "status", "created_at")
    sorts = ("invoice_item_id", "invoice_id", "created_at", "updated_at")


class RetryFulfilment(Command):
    resource = FulfilmentResource
    path = "fulfilments/{id}/retry"
    summary = "Try again to give what was paid for"
    key_description = FulfilmentViewSet.key_description

    def carry_out(self, record: Fulfilment, values: Mapping[str, Any], actor: Actor) -> Any:
        return retry_fulfilment(record, actor=actor)
