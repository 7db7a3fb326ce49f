"""What clients are told about their tickets."""

from accounts.actions.notifications import notify
from accounts.models import Notification
from paymenter.db.presented import present
from support.actions.shown import CATALOGUE
from support.models import TicketMessage


def ticket_answered(message: TicketMessage) -> Notification | None:
    """Tells the ticket's owner, unless the message is his own."""
    owner = message.ticket.user
    if message.user_id == owner.pk:
        return None
    data = {"ticketMessage": present(message, CATALOGUE)}
    return notify(owner, "new_ticket_message", data=data)
