from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from support.models import Ticket


@transaction.atomic
def create_ticket(*, actor: Actor, **values: Any) -> Ticket:
    ticket = create_record(Ticket, values, actor=actor)
    events.emit(events.TICKET_CREATED, ticket, actor=actor)
    return ticket


@transaction.atomic
def update_ticket(ticket: Ticket, *, actor: Actor, **changes: Any) -> Ticket:
    ticket = locked(ticket)
    before = ticket.status
    if change_record(ticket, changes, actor=actor):
        closed = ticket.status == Ticket.Status.CLOSED != before
        told = events.TICKET_CLOSED if closed else events.TICKET_UPDATED
        events.emit(told, ticket, actor=actor)
    return ticket


@transaction.atomic
def delete_ticket(ticket: Ticket, *, actor: Actor) -> None:
    delete_record(locked(ticket), actor=actor)
