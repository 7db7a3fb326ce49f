from accounts.models import User
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Max, String
from support.actions.ticket_messages import create_ticket_message, delete_ticket_message
from support.models import Ticket, TicketMessage, TicketMessageAttachment


class TicketMessageResource(Resource):
    model = TicketMessage
    permission = "ticket_messages"
    attributes = ("id", "message", "updated_at", "created_at")
    relations = {
        "user": "users",
        "ticket": "tickets",
        "attachments": "ticketMessageAttachments",
    }


class TicketMessageAttachmentResource(Resource):
    model = TicketMessageAttachment
    permission = "ticket_messages"
    attributes = (
        "id",
        "uuid",
        "filename",
        "path",
        "filesize",
        "mime_type",
        "created_at",
        "updated_at",
    )


class TicketMessageInput(Input):
    message = Field(String(), Max(5000), required=True, create_only=True)
    user_id = Field(Exists(User), required=True, create_only=True)
    ticket_id = Field(Exists(Ticket), required=True, create_only=True)


class TicketMessageViewSet(ResourceViewSet):
    resource = TicketMessageResource
    input = TicketMessageInput
    actions = Actions(create_ticket_message, delete=delete_ticket_message)
    filters = ("id", "currency_code")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"user": "users", "ticket": "tickets", "attachments": None}
