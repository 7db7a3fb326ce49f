"""What clients are told about their tickets."""

from accounts.actions.mails import Extras, mail_host
from accounts.actions.notifications import notify
from accounts.models import Notification
from paymenter import options
from paymenter.db.presented import present
from support.actions.shown import CATALOGUE
from support.models import TicketMessage


def ticket_answered(message: TicketMessage) -> Notification | None:
    """Tells the ticket's owner, unless the message is his own."""
    owner = message.ticket.user
    if message.user_id == owner.pk:
        return None
    data = {"ticketMessage": present(message, CATALOGUE)}
    return notify(owner, "new_ticket_message", data=data, extras=Extras(headers=_thread(message)))


def _thread(message: TicketMessage) -> dict[str, str]:
    """By these an answer is found (Paymenter: TicketMail). Ids in brackets, as RFC 5322 has it."""
    if not options.flag("ticket_mail_piping"):
        return {}
    host = mail_host()
    given = {
        "Message-ID": f"<{message.pk}@{host}>",
        "References": f"<ticket-{message.ticket_id}@{host}>",
    }
    answers = message.ticket.messages.exclude(user_id=message.ticket.user_id)
    before = answers.filter(pk__lt=message.pk).order_by("-pk").first()
    if before:
        given["In-Reply-To"] = f"<{before.pk}@{host}>"
    if reply_to := options.get("ticket_mail_email"):
        given["Reply-To"] = str(reply_to)
    return given
