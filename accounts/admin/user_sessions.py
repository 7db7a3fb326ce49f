from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from accounts.api.user_sessions import UserSessionViewSet
from accounts.models import User, UserSession
from accounts.rules.devices import device_label
from paymenter.console import history
from paymenter.console.display import link, moment
from paymenter.console.overview import ROWS, section
from paymenter.console.records import ReadOnlyAdmin


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    viewset = UserSessionViewSet
    list_display = ("device", "person", "address", "last_activity", "expires_at")
    list_prefetch = ("user",)
    search_fields = ("ip_address", "user__email")
    ordering = ("-last_activity", "-pk")
    fields = ("person", "device", "ip_address", "user_agent", "last_activity", "expires_at")
    labels = {"ip_address": "IP address", "expires_at": "Remembered until"}

    @admin.display(description="Device")
    def device(self, session: UserSession) -> str:
        return device_label(session.user_agent or "")

    @admin.display(description="IP address", ordering="ip_address")
    def address(self, session: UserSession) -> str:
        return session.ip_address or "-"

    @admin.display(description="Person", ordering="user")
    def person(self, session: UserSession) -> str:
        return link(session.user)


@section(
    "accounts.User",
    "Signed-in devices",
    permission="user_sessions",
    order=80,
    page="accounts.UserSession",
    headers=("Device", "IP address", "Last seen", ""),
    empty="Not signed in anywhere.",
)
def devices(user: User) -> Any:
    for session in UserSession.objects.filter(user=user).order_by("-last_activity")[:ROWS]:
        label = device_label(session.user_agent or "")
        seen = moment(session.last_activity)
        yield label, session.ip_address or "-", seen, _sign_out(session)


def _sign_out(session: UserSession) -> str:
    """The page asks first, and refuses whoever may not."""
    address = reverse("admin:accounts_usersession_delete", args=[session.pk])
    style = "text-primary-600 dark:text-primary-500 hover:underline whitespace-nowrap"
    return format_html('<a class="{}" href="{}">Sign out</a>', style, address)


@section(
    "accounts.User",
    "Audit trail",
    permission="users",
    order=90,
    headers=("What", "By", "When"),
    empty="Nothing was noted about this person yet.",
)
def trail(user: User) -> Any:
    for entry in history.entries(history.audits_of(user)[:ROWS]):
        yield entry.what, entry.who, moment(entry.at)
