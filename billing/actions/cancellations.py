"""Cancellations of services (Paymenter: ServiceCancellation, CancellationCreatedListener).

One to the end of the period stops the renewal, and the daily run ends the service when the period
does; deleting it starts the renewal again. An immediate one ends the service at once.
"""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.services import end_service, held_to_end
from billing.models import Plan, Service, ServiceCancellation
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

ENDED = "The service has ended already."
NOT_RECURRING = "The service is not renewed: there is nothing to cancel."
TWICE = "The service has been cancelled already."
TOO_LONG = "The {} field must not be greater than {} characters."
LONGEST = 255
CARRIED_OUT = "The cancellation has been carried out."


@transaction.atomic
def create_cancellation(*, actor: Actor, **values: Any) -> ServiceCancellation:
    service = held_to_end(Service.objects.get(pk=values["service_id"]))
    _refuse_uncancellable(service)
    cancellation = create_record(ServiceCancellation, values, actor=actor)
    events.emit(events.CANCELLATION_REQUESTED, cancellation, actor=actor)
    if cancellation.type == ServiceCancellation.Type.IMMEDIATE:
        end_service(service, actor=actor, audited=False)  # the cancellation's own audit tells of it
    return cancellation


def ask_for_cancellation(
    service: Service, *, actor: Actor, type: str, reason: str | None
) -> ServiceCancellation:
    """As the client's form takes it: with a reason. That the service is his, the caller knows."""
    reason = (reason or "").strip()
    if not reason:
        raise Refused.on("reason", "The reason field is required.")
    if len(reason) > LONGEST:
        raise Refused.on("reason", TOO_LONG.format("reason", LONGEST))
    if type not in ServiceCancellation.Type.values:
        raise Refused.on("type", "The selected type is invalid.")
    return create_cancellation(actor=actor, service_id=service.pk, type=type, reason=reason)


@transaction.atomic
def update_cancellation(
    cancellation: ServiceCancellation, *, actor: Actor, **changes: Any
) -> ServiceCancellation:
    cancellation = locked(cancellation)
    change_record(cancellation, changes, actor=actor)
    return cancellation


@transaction.atomic
def delete_cancellation(cancellation: ServiceCancellation, *, actor: Actor) -> None:
    """The service is renewed again; refused where it has ended."""
    service = Service.objects.select_for_update().get(pk=cancellation.service_id)
    if service.status == Service.Status.CANCELLED:
        raise Refused(CARRIED_OUT)
    delete_record(locked(cancellation), actor=actor)


def _refuse_uncancellable(service: Service) -> None:
    if service.status == Service.Status.CANCELLED:
        raise Refused.on("service_id", ENDED)
    if service.plan is None or service.plan.type != Plan.Type.RECURRING:
        raise Refused.on("service_id", NOT_RECURRING)
    if service.cancellations.exists():
        raise Refused.on("service_id", TWICE)
