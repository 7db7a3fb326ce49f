"""What staff do with a ticket, beside changing its row."""

from collections.abc import Mapping
from typing import Any

from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Boolean, Max, String
from support.actions.ticket_messages import answer_ticket
from support.actions.tickets import update_ticket
from support.api.ticket_messages import TicketMessageResource
from support.api.tickets import TicketResource
from support.models import Ticket, TicketMessage

Values = Mapping[str, Any]
NOBODY = "A key is nobody who could be assigned or answer: name the person in the ticket."


class CloseTicket(Command):
    resource = TicketResource
    path = "tickets/{id}/close"
    summary = "Close a ticket"
    more = "The client is not told; his next message opens it again."

    def carry_out(self, record: Ticket, values: Values, actor: Actor) -> Ticket:
        return update_ticket(record, actor=actor, status=Ticket.Status.CLOSED.value)


class ReopenTicket(Command):
    resource = TicketResource
    path = "tickets/{id}/reopen"
    summary = "Open a closed ticket again"

    def carry_out(self, record: Ticket, values: Values, actor: Actor) -> Ticket:
        return update_ticket(record, actor=actor, status=Ticket.Status.OPEN.value)


class TakeTicket(Command):
    resource = TicketResource
    path = "tickets/{id}/take"
    summary = "Take a ticket on oneself"

    def carry_out(self, record: Ticket, values: Values, actor: Actor) -> Ticket:
        return update_ticket(record, actor=actor, assigned_to=_person(actor))


class AnswerInput(Input):
    message = Field(String(), Max(5000), required=True)
    close = Field(Boolean(), default=False)


class AnswerTicket(Command):
    resource = TicketResource
    path = "tickets/{id}/answer"
    group, ability = "ticket_messages", "create"
    summary = "Answer a ticket"
    more = "As oneself. The client is told."
    input = AnswerInput
    answers = TicketMessageResource
    creates = True

    def carry_out(self, record: Ticket, values: Values, actor: Actor) -> TicketMessage:
        return answer_ticket(
            record,
            actor=actor,
            author_id=_person(actor),
            message=values["message"],
            close=values["close"],
        )


def _person(actor: Actor) -> int:
    """Raises Refused for a key."""
    if actor.user_id is None:
        raise Refused(NOBODY)
    return actor.user_id
