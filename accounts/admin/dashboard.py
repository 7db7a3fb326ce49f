"""The dashboard's people: who was here in the last hour."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from accounts.models import UserSession
from paymenter.console.dashboard import widget
from paymenter.db.fields import now

SHOWN = 5
RECENT = timedelta(minutes=60)


@widget(
    "active_users",
    template="console/widgets/people.html",
    permission="widgets.active_users",
    order=50,
)
def active_users(request: HttpRequest) -> dict[str, Any]:
    recent = UserSession.objects.filter(last_activity__gte=now() - RECENT)
    shown = recent.order_by("-last_activity").prefetch_related("user")[:SHOWN]
    people = recent.values("user_id").distinct().count()
    return {"title": "Active in the last hour", "sessions": list(shown), "people": people}
