from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.services import create_service
from billing.models import Order
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def create_order(
    *, actor: Actor, send_email: bool = True, services: Any = (), **values: Any
) -> Order:
    """`services` are the columns of those that belong to it: rows only, without invoice.
    `send_email`: whether the client is told."""
    order = create_record(Order, values, actor=actor)
    for service in services:
        create_service(actor=actor, **service, order_id=order.pk)
    events.emit(events.ORDER_CREATED, order, actor=actor, send_email=send_email)
    return order


@transaction.atomic
def update_order(order: Order, *, actor: Actor, **changes: Any) -> Order:
    order = locked(order)
    change_record(order, changes, actor=actor)
    return order


@transaction.atomic
def delete_order(order: Order, *, actor: Actor) -> None:
    """Its services go with it; the invoice items that name them stay."""
    delete_record(locked(order), actor=actor)
