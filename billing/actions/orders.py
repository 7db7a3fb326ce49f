from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Order
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def create_order(*, actor: Actor, send_email: bool = True, **values: Any) -> Order:
    """`send_email`: whether the client is told."""
    order = create_record(Order, values, actor=actor)
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
