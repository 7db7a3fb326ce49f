"""Tickets. `TicketFactory(closed=True)`."""

from factory.declarations import SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from support.models import Ticket, TicketMailLog, TicketMessage, TicketMessageAttachment


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    class Params:
        replied = Trait(status=Ticket.Status.REPLIED)
        closed = Trait(status=Ticket.Status.CLOSED)

    subject = "It does not work"
    department = "Support"
    priority = Ticket.Priority.MEDIUM
    user = SubFactory(UserFactory)


class TicketMessageFactory(DjangoModelFactory):
    """By the ticket's owner unless `user` is given."""

    class Meta:
        model = TicketMessage

    ticket = SubFactory(TicketFactory)
    user = SelfAttribute("ticket.user")
    message = "Can you have a look?"


class TicketMessageAttachmentFactory(DjangoModelFactory):
    class Meta:
        model = TicketMessageAttachment

    ticket_message = SubFactory(TicketMessageFactory)
    filename = "screen.png"
    path = Sequence("tickets/uploads/{}.png".format)
    filesize = 1024
    mime_type = "image/png"


class TicketMailLogFactory(DjangoModelFactory):
    class Meta:
        model = TicketMailLog

    message_id = Sequence("{}@example.com".format)
    subject = "Re: It does not work"
    sender = "client@example.com"
    to = "support@example.com"
    body = "It works again."
    status = TicketMailLog.Status.PROCESSED
