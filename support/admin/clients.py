"""What support shows on a client's page."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from paymenter.console.display import AMBER, GREEN, GREY, RED, badge, link, moment
from paymenter.console.overview import ROWS, section
from support.models import Ticket

_STATUSES = {"open": GREEN, "replied": AMBER, "closed": GREY}
_PRIORITIES = {"high": RED, "medium": AMBER, "low": GREY}


@section(
    "accounts.User",
    "Tickets",
    permission="tickets",
    order=30,
    page="support.Ticket",
    new="New ticket",
    icon="forum",
    headers=("Subject", "Status", "Priority", "Changed"),
    empty="No tickets.",
)
def tickets(user: User) -> Iterator[Any]:
    for ticket in Ticket.objects.filter(user=user).order_by("-pk")[:ROWS]:
        yield (
            link(ticket, ticket.subject),
            badge(ticket.status, _STATUSES),
            badge(ticket.priority, _PRIORITIES),
            moment(ticket.updated_at),
        )
