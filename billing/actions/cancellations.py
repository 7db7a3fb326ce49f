"""Cancellations of services (Paymenter: ServiceCancellation, CancellationCreatedListener).

One to the end of the period only stops the renewal, and deleting it starts it again. An immediate
one ends the service: open invoices are cancelled, the stock comes back once.
"""

from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.invoices import update_invoice
from billing.models import Invoice, Plan, Product, Service, ServiceCancellation
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

NOT_ACTIVE = "Only an active service can be cancelled."
NOT_RECURRING = "The service is not renewed: there is nothing to cancel."
TWICE = "The service has been cancelled already."
CARRIED_OUT = "The cancellation has been carried out."


@transaction.atomic
def create_cancellation(*, actor: Actor, **values: Any) -> ServiceCancellation:
    service = Service.objects.select_for_update().get(pk=values["service_id"])
    _refuse_uncancellable(service)
    cancellation = create_record(ServiceCancellation, values, actor=actor)
    events.emit(events.CANCELLATION_REQUESTED, cancellation, actor=actor)
    if cancellation.type == ServiceCancellation.Type.IMMEDIATE:
        end_service(service, actor=actor)
    return cancellation


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


def end_service(service: Service, *, actor: Actor) -> None:
    """The service is locked by the caller."""
    change_record(service, {"status": Service.Status.CANCELLED}, actor=actor)
    items = service.invoice_items.values("invoice_id")
    open_invoices = Invoice.objects.filter(pk__in=items, status=Invoice.Status.PENDING)
    for invoice in open_invoices.order_by("pk"):
        update_invoice(invoice, actor=actor, status=Invoice.Status.CANCELLED)
    stocked = Product.objects.filter(pk=service.product_id or 0, stock__isnull=False)
    stocked.update(stock=F("stock") + service.quantity)


def _refuse_uncancellable(service: Service) -> None:
    if service.status != Service.Status.ACTIVE:
        raise Refused.on("service_id", NOT_ACTIVE)
    if service.plan is None or service.plan.type != Plan.Type.RECURRING:
        raise Refused.on("service_id", NOT_RECURRING)
    if service.cancellations.exists():
        raise Refused.on("service_id", TWICE)
