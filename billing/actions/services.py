"""Services: made and changed by staff; activated, renewed, suspended, ended by rules."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions import provisioning
from billing.actions.balances import balance_of
from billing.actions.due_dates import next_due
from billing.actions.provisioning import Action
from billing.actions.refunds import give_back
from billing.actions.wallets import Kind, Why
from billing.models import Invoice, Product, Service, ServiceUpgrade
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

PARTLY_PAID = "The invoice was cancelled before all of it was paid."
NOT_ACTIVE = "Only an active service can be suspended."
NOT_SUSPENDED = "Only a suspended service can be unsuspended."
ENDED = "The service has ended already."
TOO_LONG = "The {} field must not be greater than {} characters."
LONGEST_LABEL = 255

_Status = Service.Status
_REQUESTS: Mapping[str, str] = {
    _Status.PENDING: Action.CREATE,
    _Status.CANCELLED: Action.CREATE,  # Paymenter makes no server for money that arrives late
    _Status.SUSPENDED: Action.UNSUSPEND,
}
_RENEWED: Mapping[str, events.Event] = {
    _Status.ACTIVE: events.SERVICE_RENEWED,
    _Status.SUSPENDED: events.SERVICE_UNSUSPENDED,
}


@transaction.atomic
def create_service(*, actor: Actor, **values: Any) -> Service:
    """Only the row: neither stock nor invoice nor provisioning follow from it, as in Paymenter."""
    service = create_record(Service, values, actor=actor)
    events.emit(events.SERVICE_CREATED, service, actor=actor)
    return service


@transaction.atomic
def update_service(service: Service, *, actor: Actor, **changes: Any) -> Service:
    service = locked(service)
    if change_record(service, changes, actor=actor):
        events.emit(events.SERVICE_UPDATED, service, actor=actor)
    return service


@transaction.atomic
def delete_service(service: Service, *, actor: Actor) -> None:
    """Nothing is terminated on the server that the service runs on."""
    service = locked(service)
    delete_record(service, actor=actor)
    events.emit(events.SERVICE_DELETED, service, actor=actor)


@transaction.atomic
def renew_service(service: Service, *, actor: Actor) -> Service:
    """Paid for: active for another period, whatever it was (Paymenter: RenewServiceService)."""
    service = locked(service)
    renew_held(service, actor=actor)
    return service


def renew_held(service: Service, *, actor: Actor) -> None:
    """As `renew_service`; the caller has locked it.

    The server is made for one that was pending or cancelled, started again for a suspended one.
    Stock that a cancelled one gave back is the caller's to take.
    """
    before = service.status
    changes = {"status": _Status.ACTIVE.value, "expires_at": next_due(service)}
    change_record(service, changes, actor=actor)
    if before in _REQUESTS and provisioning.has_server(service):
        provisioning.request(service, _REQUESTS[before])
    events.emit(_RENEWED.get(before, events.SERVICE_ACTIVATED), service, actor=actor)


@transaction.atomic
def suspend_service(service: Service, *, actor: Actor) -> Service:
    service = locked(service)
    if service.status != _Status.ACTIVE:
        raise Refused.on("status", NOT_ACTIVE)
    change_record(service, {"status": _Status.SUSPENDED.value}, actor=actor)
    provisioning.request(service, Action.SUSPEND)
    events.emit(events.SERVICE_SUSPENDED, service, actor=actor)
    return service


@transaction.atomic
def unsuspend_service(service: Service, *, actor: Actor) -> Service:
    """The due date stays: the daily run suspends it again while it is overdue."""
    service = locked(service)
    if service.status != _Status.SUSPENDED:
        raise Refused.on("status", NOT_SUSPENDED)
    change_record(service, {"status": _Status.ACTIVE.value}, actor=actor)
    provisioning.request(service, Action.UNSUSPEND)
    events.emit(events.SERVICE_UNSUSPENDED, service, actor=actor)
    return service


@transaction.atomic
def terminate_service(service: Service, *, actor: Actor) -> Service:
    """For good, and refused where it has ended already: see `end_service`."""
    service = held_to_end(service)
    if service.status == _Status.CANCELLED:
        raise Refused.on("status", ENDED)
    end_service(service, actor=actor)
    return service


def held_to_end(service: Service) -> Service:
    """The service, locked after its open invoices: in the order in which payments lock them."""
    list(_open_invoices(service).select_for_update())
    return locked(service)


def end_service(service: Service, *, actor: Actor, audited: bool = True) -> None:
    """The server is removed, open invoices are cancelled, the stock comes back.

    The caller has it from `held_to_end` and has seen that it has not ended. Of one that is pending
    there is no server to remove, and nobody is told.
    """
    before = service.status
    if audited:
        change_record(service, {"status": _Status.CANCELLED.value}, actor=actor)
    else:
        service.status = _Status.CANCELLED
        service.save(update_fields=["status"])
    if before != _Status.PENDING:
        provisioning.request(service, Action.TERMINATE)
    for invoice in _open_invoices(service):
        _cancel(invoice, actor)
    for upgrade in _pending_upgrades(service).select_for_update():
        change_record(upgrade, {"status": ServiceUpgrade.Status.CANCELLED.value}, actor=actor)
    stocked = Product.objects.filter(pk=service.product_id or 0, stock__isnull=False)
    stocked.update(stock=F("stock") + service.quantity)
    events.emit(events.SERVICE_TERMINATED, service, actor=actor)


@transaction.atomic
def set_label(service: Service, label: str | None, *, actor: Actor) -> Service:
    """What the client calls it; nothing means the product's name again."""
    if len(label or "") > LONGEST_LABEL:
        raise Refused.on("label", TOO_LONG.format("label", LONGEST_LABEL))
    return update_service(service, actor=actor, label=label or None)


def _open_invoices(service: Service) -> "QuerySet[Invoice]":
    """Also those of upgrades that nobody paid."""
    items = service.invoice_items.values("invoice_id")
    upgrades = _pending_upgrades(service).values("invoice_id")
    mine = Q(pk__in=items) | Q(pk__in=upgrades)
    return Invoice.objects.filter(mine, status=Invoice.Status.PENDING).order_by("pk")


def _pending_upgrades(service: Service) -> "QuerySet[ServiceUpgrade]":
    pending = ServiceUpgrade.objects.filter(status=ServiceUpgrade.Status.PENDING)
    return pending.filter(service_id=service.pk).order_by("pk")


def _cancel(invoice: Invoice, actor: Actor) -> None:
    """The whole invoice, whatever else it bills, and without audit: as in Paymenter."""
    Invoice.objects.filter(pk=invoice.pk).update(status=Invoice.Status.CANCELLED)
    invoice.status = Invoice.Status.CANCELLED
    _credit_what_was_paid(invoice, actor)
    events.emit(events.INVOICE_CANCELLED, invoice, actor=actor)


def _credit_what_was_paid(invoice: Invoice, actor: Actor) -> None:
    """A part that was paid bought nothing."""
    if (paid := balance_of(invoice).paid) > 0:
        why = Why(Kind.UNDELIVERED, actor, invoice_id=invoice.pk, reason=PARTLY_PAID)
        give_back(invoice, paid, why)
