"""The dashboard's tickets: those not closed yet, the last touched first."""

from typing import Any

from django.http import HttpRequest

from paymenter.console.dashboard import widget
from support.models import Ticket

SHOWN = 5
OPEN = (Ticket.Status.OPEN, Ticket.Status.REPLIED)


@widget("support", template="console/widgets/tickets.html", permission="widgets.support", order=40)
def tickets(request: HttpRequest) -> dict[str, Any]:
    waiting = Ticket.objects.filter(status__in=OPEN)
    newest = waiting.order_by("-updated_at", "-pk").prefetch_related("user")[:SHOWN]
    return {
        "title": "Support",
        "tickets": list(newest),
    }
