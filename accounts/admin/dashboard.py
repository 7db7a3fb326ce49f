"""The dashboard's people: who was here in the last hour."""

from datetime import timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from accounts.models import UserSession
from paymenter.console.dashboard import widget
from paymenter.db.fields import now

SHOWN = 5
MOST = 1000  # that are counted
RECENT = timedelta(minutes=60)


@widget(
    "active_users",
    template="console/widgets/people.html",
    permission="widgets.active_users",
    order=50,
)
def active_users(request: HttpRequest) -> dict[str, Any]:
    since = now() - RECENT
    recent = UserSession.objects.filter(last_activity__gte=since).order_by("-last_activity")
    found = list(recent[:MOST])
    prefetch_related_objects(found[:SHOWN], "user")
    return {
        "title": "Active in the last hour",
        "sessions": found[:SHOWN],
        "people": len({session.user_id for session in found}),
    }
