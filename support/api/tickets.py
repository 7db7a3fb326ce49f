from accounts.models import User
from billing.api.rules import sent_or_kept
from billing.models import Service
from paymenter import options
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Given, In, Max, Rule, String, record_id
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


class Staff(Rule):
    alone = True

    def text(self, given: Given) -> str | None:
        rows = User.objects.filter(pk=record_id(given.value) or 0, role__isnull=False)
        return None if rows.exists() else given.say("The {} must be a member of staff.")


class OfOwner(Rule):
    """A ticket is about a service of the client who has it."""

    alone = True

    def text(self, given: Given) -> str | None:
        owner = record_id(sent_or_kept(given, "user_id")) or 0
        rows = Service.objects.filter(pk=record_id(given.value) or 0, user_id=owner)
        return None if rows.exists() else given.say("The {} must be one of the client's own.")


class DeskTicketInput(TicketInput):
    """With what Paymenter's API ignores, as recorded, and the first message."""

    assigned_to = Field(Exists(User), Staff(), nullable=True)
    service_id = Field(Exists(Service), OfOwner(), nullable=True)
    message = Field(String(), Max(5000), nullable=True, create_only=True)


class DeskTicketViewSet(TicketViewSet):
    """The console's: it has no route."""

    input = DeskTicketInput
