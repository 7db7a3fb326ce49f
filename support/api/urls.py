from django.urls import re_path

from paymenter.jsonapi.commands import command_urls
from paymenter.jsonapi.router import ResourceRouter
from support.api import ticket_attachments, ticket_commands, ticket_messages, tickets

router = ResourceRouter()
router.register("tickets", tickets.TicketViewSet, basename="tickets")
router.register("ticket-messages", ticket_messages.TicketMessageViewSet, basename="ticket-messages")
router.register(
    "ticket-attachments", ticket_attachments.TicketAttachmentViewSet, basename="ticket-attachments"
)

conversation = ticket_messages.ConversationViewSet.as_view(
    {"post": "create"}, basename="ticket-conversation", detail=False
)

urlpatterns = [
    *router.urls,
    *command_urls(
        ticket_commands.AnswerTicket,
        ticket_commands.CloseTicket,
        ticket_commands.ReopenTicket,
        ticket_commands.TakeTicket,
    ),
    re_path(r"^tickets/(?P<pk>[^/]+)/messages/?$", conversation, name="ticket-conversation"),
]
