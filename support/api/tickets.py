from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import ResourceViewSet
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


class TicketViewSet(ResourceViewSet):
    resource = TicketResource
    filters = ("id", "currency_code", "user_id", "status", "priority", "department")
    sorts = ("id", "created_at", "updated_at", "currency_code", "status", "priority", "department")
    includes = {"messages": "ticket_messages", "user": "users", "assigned_to": "users"}
