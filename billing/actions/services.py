from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Plan, Service
from billing.rules.periods import next_due_date
from paymenter.actor import Actor
from paymenter.db import fields, zone
from paymenter.db.locks import locked


@transaction.atomic
def create_service(*, actor: Actor, **values: Any) -> Service:
    """Only the row: neither stock nor invoice nor provisioning follow from it, as in Paymenter."""
    return create_record(Service, values, actor=actor)


@transaction.atomic
def update_service(service: Service, *, actor: Actor, **changes: Any) -> Service:
    service = locked(service)
    change_record(service, changes, actor=actor)
    return service


@transaction.atomic
def delete_service(service: Service, *, actor: Actor) -> None:
    """Nothing is terminated on the server that the service runs on."""
    delete_record(locked(service), actor=actor)


@transaction.atomic
def renew_service(service: Service, *, actor: Actor) -> Service:
    """Paid for: active for another period, whatever it was (Paymenter: RenewServiceService)."""
    service = locked(service)
    changes = {"status": Service.Status.ACTIVE, "expires_at": _next_due_date(service)}
    change_record(service, changes, actor=actor)
    return service


def _next_due_date(service: Service) -> Any:
    """None for a plan without periods, and for a service whose plan is gone."""
    plan = service.plan
    if plan is None or plan.type != Plan.Type.RECURRING or not plan.billing_unit:
        return None
    end = service.expires_at
    due = next_due_date(
        now=zone.naive(fields.now()),
        expires_at=zone.naive(end) if end else None,
        active=service.status == Service.Status.ACTIVE,
        count=plan.billing_period or 0,
        unit=plan.billing_unit,
    )
    return zone.aware(due)
