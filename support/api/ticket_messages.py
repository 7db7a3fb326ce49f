from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet
from support.models import TicketMessage, TicketMessageAttachment


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


class TicketMessageViewSet(ResourceViewSet):
    resource = TicketMessageResource
    filters = ("id", "currency_code")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"user": "users", "ticket": "tickets", "attachments": None}
