from paymenter.jsonapi.viewset import ResourceViewSet
from support.api.ticket_messages import TicketMessageAttachmentResource


class TicketAttachmentViewSet(ResourceViewSet):
    """Names and sizes; the bytes come from the support desk. Who reads messages reads these."""

    resource = TicketMessageAttachmentResource
    filters = ("id", "uuid", "ticket_message_id", "filename", "mime_type", "filesize")
    sorts = ("id", "filename", "filesize", "created_at")
    includes = {"ticket_message": None}  # read with the same permission
