"""What servers have to do, and what they could not."""

from collections.abc import Mapping
from typing import Any

from billing.actions.provisioning import dismiss_provisioning, retry_provisioning
from billing.provisioning.models import Provisioning
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class ProvisioningResource(Resource):
    model = Provisioning
    permission = "provisionings"
    attributes = (
        "id",
        "service_id",
        "action",
        "status",
        "attempts",
        "error",
        "updated_at",
        "created_at",
    )


class ProvisioningViewSet(ResourceViewSet):
    resource = ProvisioningResource
    filters = ("id", "service_id", "action", "status", "error", "created_at")
    sorts = ("id", "service_id", "status", "attempts", "created_at", "updated_at")


class RetryProvisioning(Command):
    resource = ProvisioningResource
    path = "provisionings/{id}/retry"
    summary = "Try again what a server could not do"
    more = "Of what is pending or has failed. The worker tries at once."

    def carry_out(self, record: Provisioning, values: Mapping[str, Any], actor: Actor) -> Any:
        return retry_provisioning(record, actor=actor)


class DismissProvisioning(Command):
    resource = ProvisioningResource
    path = "provisionings/{id}/dismiss"
    summary = "Give up what a server could not do"
    more = "Because it was done by hand, or nobody wants it any more."

    def carry_out(self, record: Provisioning, values: Mapping[str, Any], actor: Actor) -> Any:
        return dismiss_provisioning(record, actor=actor)
