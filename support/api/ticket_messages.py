from functools import partial
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from paymenter.db.morph import class_name
from paymenter.jsonapi.errors import RecordNotFound
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.schema import ResourceSchema
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet, record_id
from paymenter.laravel.validation import Max, String
from support.actions.ticket_messages import (
    create_ticket_message,
    delete_ticket_message,
    update_ticket_message,
)
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
    relations = {"ticket_message": "ticketMessages"}


class TicketMessageInput(Input):
    message = Field(String(), Max(5000), required=True)
    user_id = Field(Exists(User), required=True, create_only=True)
    ticket_id = Field(Exists(Ticket), required=True, create_only=True)


class TicketMessageViewSet(ResourceViewSet):
    resource = TicketMessageResource
    input = TicketMessageInput
    actions = Actions(create_ticket_message, update_ticket_message, delete_ticket_message)
    bulk = True
    filters = ("id", "currency_code")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"user": "users", "ticket": "tickets", "attachments": None}


class ConversationSchema(ResourceSchema):
    """The ticket's id stands in the path."""

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args)
        if operation is not None:
            key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            operation["parameters"].insert(0, key | {"description": "The ticket's id."})
            operation["responses"]["404"] = {"$ref": "#/components/responses/404"}
            operation["summary"] = "Answer a ticket"
        return operation


class AnswerInput(TicketMessageInput):
    without = frozenset({"ticket_id"})


class ConversationViewSet(TicketMessageViewSet):
    """`POST tickets/{id}/messages`: the same as `POST ticket-messages` with that `ticket_id`."""

    input = AnswerInput
    bulk = False
    schema = ConversationSchema()

    @property
    def allowed_methods(self) -> list[str]:
        return ["POST"]

    def create(self, request: Request, pk: str = "") -> Response:
        number = record_id(pk, request)
        if number is None or not Ticket.objects.filter(pk=number).exists():
            raise RecordNotFound(class_name(Ticket), pk)
        self.ticket_id = number
        return super().create(request)

    def written(self) -> Action:
        return partial(super().written(), ticket_id=self.ticket_id)
