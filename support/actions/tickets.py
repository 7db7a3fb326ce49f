from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from paymenter.actor import Actor
from paymenter.db.locks import locked
from support.models import Ticket


@transaction.atomic
def create_ticket(*, actor: Actor, **values: Any) -> Ticket:
    return create_record(Ticket, values, actor=actor)


@transaction.atomic
def update_ticket(ticket: Ticket, *, actor: Actor, **changes: Any) -> Ticket:
    ticket = locked(ticket)
    change_record(ticket, changes, actor=actor)
    return ticket


@transaction.atomic
def delete_ticket(ticket: Ticket, *, actor: Actor) -> None:
    """Its messages go with it."""
    delete_record(locked(ticket), actor=actor)
