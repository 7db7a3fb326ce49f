from accounts.models import User
from paymenter import options
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import In, Max, String
from support.actions.tickets import create_ticket, delete_ticket, update_ticket
from support.models import Ticket


class TicketResource(Resource):
    model = Ticket
    permission = "tickets"
    attributes = (
        "id",
        "subject",
        "status",
        "priority",
        "assigned_to",
        "user_id",
        "department",
        "updated_at",
        "created_at",
    )
    relations = {
        "messages": "ticketMessages",
        "user": "users",
        "assigned_to": Relation("users", source="assignee"),
    }


def departments() -> list[str]:
    return [str(name) for name in options.get("ticket_departments") or []]


class TicketInput(Input):
    subject = Field(String(), Max(255), required=True)
    user_id = Field(Exists(User), required=True)
    department = Field(String(), In(departments), nullable=True)
    priority = Field(String(), In(("low", "medium", "high")), required=True, default="medium")
    status = Field(String(), In(Ticket.Status.values), required=True, default="open")


class TicketViewSet(ResourceViewSet):
    resource = TicketResource
    input = TicketInput
    actions = Actions(create_ticket, update_ticket, delete_ticket)
    bulk = True
    filters = ("id", "currency_code", "user_id", "status", "priority", "department")
    sorts = ("id", "created_at", "updated_at", "currency_code", "status", "priority", "department")
    includes = {"messages": "ticket_messages", "user": "users", "assigned_to": "users"}
