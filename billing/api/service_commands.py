"""What staff do with a service, beside changing its row."""

from collections.abc import Mapping
from typing import Any

from billing.actions.cancellations import create_cancellation
from billing.actions.provisioning import Action, ask_server
from billing.actions.service_prices import recalculate_price
from billing.actions.services import suspend_service, terminate_service, unsuspend_service
from billing.api.own_records import refuse_own
from billing.api.provisionings import ProvisioningResource
from billing.api.service_cancellations import ServiceCancellationResource
from billing.api.services import ServiceResource
from billing.models import Service, ServiceCancellation
from billing.provisioning.models import Provisioning
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Boolean, In, Max, String

Values = Mapping[str, Any]


class SuspendService(Command):
    resource = ServiceResource
    path = "services/{id}/suspend"
    summary = "Suspend a service"
    more = "Its server is told, and the client."

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Any:
        return suspend_service(record, actor=actor)


class UnsuspendService(Command):
    resource = ServiceResource
    path = "services/{id}/unsuspend"
    summary = "Start a suspended service again"
    more = "The due date stays: the daily run suspends it again while it is overdue."

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Any:
        return unsuspend_service(record, actor=actor)


class TerminateService(Command):
    resource = ServiceResource
    path = "services/{id}/terminate"
    summary = "End a service for good"
    more = "Its server is removed, its open invoices are cancelled, the stock comes back."

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Any:
        return terminate_service(record, actor=actor)


class CancelInput(Input):
    type = Field(String(), In(ServiceCancellation.Type.values), required=True)
    reason = Field(String(), Max(255), nullable=True)


class CancelService(Command):
    resource = ServiceResource
    path = "services/{id}/cancel"
    summary = "Cancel a service, at once or for the end of its period"
    input = CancelInput
    answers = ServiceCancellationResource
    creates = True

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Any:
        return create_cancellation(actor=actor, service_id=record.pk, **values)


class ProvisionInput(Input):
    action = Field(String(), In(Action.values), required=True)
    tells_client = Field(Boolean(), default=False)


class ProvisionService(Command):
    resource = ServiceResource
    path = "services/{id}/provision"
    group, ability = "provisionings", "create"
    summary = "Ask the server of a service for something"
    more = "The worker does it at once. The status of the service stays as it is."
    input = ProvisionInput
    answers = ProvisioningResource
    creates = True

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Provisioning:
        refuse_own(self.request, record.user_id)
        return ask_server(record, actor=actor, **values)


class RecalculateServicePrice(Command):
    resource = ServiceResource
    path = "services/{id}/recalculate-price"
    summary = "Compute the price of a service anew"
    more = (
        "From the catalogue of today, with its options, coupon and tax. It counts from the next"
        " renewal on."
    )

    def carry_out(self, record: Service, values: Values, actor: Actor) -> Service:
        refuse_own(self.request, record.user_id)
        return recalculate_price(record, actor=actor)
