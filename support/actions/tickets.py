from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from support.actions.ticket_messages import create_ticket_message
from support.models import Ticket


@transaction.atomic
def create_ticket(*, actor: Actor, message: str | None = None, **values: Any) -> Ticket:
    """`message` is the first, by who asks (a key asks for the client): staff's makes the ticket an
    answered one and is mailed."""
    ticket = create_record(Ticket, values, actor=actor)
    events.emit(events.TICKET_CREATED, ticket, actor=actor)
    if message:
        author = actor.user_id or ticket.user_id
        create_ticket_message(actor=actor, message=message, user_id=author, ticket_id=ticket.pk)
        ticket.refresh_from_db()
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
