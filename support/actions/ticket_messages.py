from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from support.models import Ticket, TicketMessage


@transaction.atomic
def create_ticket_message(*, actor: Actor, **values: Any) -> TicketMessage:
    """The owner's message opens the ticket again, anybody else's answers it and tells the owner."""
    ticket = Ticket.objects.select_for_update().get(pk=values["ticket_id"])
    by_owner = values["user_id"] == ticket.user_id
    status = Ticket.Status.OPEN if by_owner else Ticket.Status.REPLIED
    change_record(ticket, {"status": status}, actor=actor)
    message = create_record(TicketMessage, values, actor=actor)
    events.emit(events.TICKET_REPLIED, message, actor=actor)
    return message


@transaction.atomic
def answer_ticket(
    ticket: Ticket, *, actor: Actor, author_id: int, message: str, close: bool = False
) -> TicketMessage:
    """`close`: nothing more is expected of the client."""
    answer = create_ticket_message(
        actor=actor, ticket_id=ticket.pk, user_id=author_id, message=message
    )
    if close:
        change_record(locked(ticket), {"status": Ticket.Status.CLOSED.value}, actor=actor)
        events.emit(events.TICKET_CLOSED, ticket, actor=actor)
    return answer


@transaction.atomic
def update_ticket_message(
    message: TicketMessage, /, *, actor: Actor, **changes: Any
) -> TicketMessage:
    """Corrects the text; nobody is told, and the ticket stays as it is."""
    message = locked(message)
    change_record(message, changes, actor=actor)
    return message


@transaction.atomic
def delete_ticket_message(message: TicketMessage, *, actor: Actor) -> None:
    delete_record(locked(message), actor=actor)
