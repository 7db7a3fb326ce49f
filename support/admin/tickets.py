from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)

from accounts.models import User
from billing.models import Invoice, Service
from paymenter.console.display import AMBER, BLUE, GREEN, GREY, RED, badge, link, money
from paymenter.console.fields import Choice
from paymenter.console.panels import Panel
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb
from support.admin.conversations import conversation
from support.api.ticket_commands import AnswerTicket, CloseTicket, ReopenTicket, TakeTicket
from support.api.tickets import DeskTicketViewSet, departments
from support.models import Ticket

OPEN, REPLIED, CLOSED = Ticket.Status.OPEN, Ticket.Status.REPLIED, Ticket.Status.CLOSED
STATES = {"open": GREEN, "replied": AMBER, "closed": GREY}
PRIORITIES = {"high": RED, "medium": AMBER, "normal": AMBER, "low": BLUE}
FEW = 10


class Assigned(DropdownFilter):  # type: ignore[misc]
    """Paymenter's asks for the owner."""

    title, parameter_name = "assigned to", "assigned"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        own = [("me", "Me"), ("nobody", "Nobody")]
        return [*own, *((str(each.pk), str(each)) for each in staff())]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == "me":
            return rows.filter(assignee=request.user.pk)
        if value == "nobody":
            return rows.filter(assignee=None)
        return rows.filter(assignee=value) if value and value.isdigit() else rows


class Department(DropdownFilter):  # type: ignore[misc]
    title, parameter_name = "department", "department"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in departments()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(department=self.value()) if self.value() else rows


def staff() -> QuerySet[User]:
    found: QuerySet[User] = User.objects.filter(role__isnull=False)
    return found.order_by("first_name", "last_name", "pk")


def _department() -> Choice:
    return Choice(lambda: [(name, name) for name in departments()], label="Department")


def _assignee() -> Choice:
    def found() -> Iterator[tuple[str, str]]:
        for each in staff():
            yield str(each.pk), str(each)

    return Choice(found, label="Assigned to")


def _client(request: HttpRequest, ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    user = ticket.user
    yield "Client", link(user)
    yield "E-mail address", user.email
    if ticket.service_id:
        yield "About", link(ticket.service)


def _services(request: HttpRequest, ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    rows = Service.objects.filter(user_id=ticket.user_id).exclude(status=Service.Status.CANCELLED)
    states = {"active": GREEN, "pending": AMBER, "suspended": RED}
    for service in rows.select_related("product").order_by("-pk")[:FEW]:
        name = service.label or str(service.product or service)
        price = money(service.price, service.currency_code)
        yield link(service, name), badge(service.status, states), price


def _invoices(request: HttpRequest, ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    rows = Invoice.objects.filter(user_id=ticket.user_id, status=Invoice.Status.PENDING)
    for invoice in rows.order_by("-pk")[:FEW]:
        due = f"{invoice.due_at:%-d %b %Y}" if invoice.due_at else "-"
        yield link(invoice), due


def _others(request: HttpRequest, ticket: Ticket) -> Iterator[tuple[Any, ...]]:
    rows = Ticket.objects.filter(user_id=ticket.user_id).exclude(pk=ticket.pk)
    for other in rows.order_by("-pk")[:FEW]:
        yield link(other), badge(other.status, STATES)


@admin.register(Ticket)
class TicketAdmin(RecordAdmin):
    viewset = DeskTicketViewSet
    list_display = (
        "id",
        "subject",
        "state",
        "urgency",
        "department",
        "client",
        "assigned",
        "last_message",
    )
    list_display_links = ("id", "subject")
    list_prefetch = ("user", "assignee")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        Assigned,
        Department,
        ("priority", ChoicesDropdownFilter),
        ("user", AutocompleteSelectFilter),
    )
    search_fields = ("=id", "subject", "user__email", "user__first_name", "user__last_name")
    search_help_text = "By id, subject, or the client's name or e-mail address"
    fields = (
        "subject",
        "status",
        "priority",
        "department",
        "assigned_to",
        "user_id",
        "service_id",
    )
    add_fields = (
        "user_id",
        "subject",
        "message",
        "department",
        "priority",
        "assigned_to",
        "service_id",
    )
    form_fields = {"department": _department, "assigned_to": _assignee}
    labels = {"user_id": "Client", "service_id": "About the service", "message": "First message"}
    help_texts = {
        "message": "By you; it is mailed to the client, and the ticket counts as answered.",
        "service_id": "One of the client's own.",
    }
    list_before_template = "support/ticket_tabs.html"
    change_form_outer_before_template = "support/conversation.html"
    panels = (
        Panel("Client", "tickets", (), _client),
        Panel("The client's services", "services", ("Service", "Status", "Price"), _services),
        Panel("Open invoices", "invoices", ("Invoice", "Due"), _invoices),
        Panel("Other tickets of the client", "tickets", ("Subject", "Status"), _others),
    )
    verbs = (
        Verb(AnswerTicket, "Answer", "reply", done="The answer is sent."),
        Verb(
            TakeTicket,
            "Assign to me",
            "person_add",
            done="The ticket is yours.",
            bulk=True,
        ),
        Verb(
            CloseTicket,
            "Close",
            "check_circle",
            done="The ticket is closed.",
            bulk=True,
            when=lambda ticket: ticket.status != CLOSED,
        ),
        Verb(
            ReopenTicket,
            "Open again",
            "undo",
            done="The ticket is open again.",
            when=lambda ticket: ticket.status == CLOSED,
        ),
    )
    audited = ("messages",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        found: QuerySet[Ticket] = super().get_queryset(request)
        return found.annotate(latest=Max("messages__created_at"))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open ones first, as in Paymenter; `?q=` is all of them."""
        if request.method == "GET" and not request.GET:
            request.GET = QueryDict(f"status__exact={OPEN}")
        answer: HttpResponse = super().changelist_view(
            request, {"ticket_tabs": list(self._tabs(request)), **(extra_context or {})}
        )
        return answer

    def _tabs(self, request: HttpRequest) -> Iterator[dict[str, Any]]:
        rows = Ticket.objects.values("status").annotate(count=Count("pk"))
        counts = dict(rows.values_list("status", "count"))
        chosen = request.GET.get("status__exact")
        mine = request.GET.get("assigned") == "me"
        for status in (OPEN, REPLIED, CLOSED):
            yield {
                "title": status.label,
                "count": counts.get(status, 0),
                "address": f"?status__exact={status}",
                "here": chosen == status and not mine,
            }
        yield {"title": "Mine", "count": None, "address": "?assigned=me", "here": mine}
        everything = not chosen and not mine
        yield {"title": "All", "count": sum(counts.values()), "address": "?q=", "here": everything}

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **opts: Any
    ) -> Any:
        if context.get("original") is not None:
            context["conversation"] = conversation(request, context["original"])
        return super().render_change_form(request, context, *args, **opts)

    @admin.display(description="Status", ordering="status")
    def state(self, ticket: Ticket) -> str:
        return badge(ticket.status, STATES)

    @admin.display(description="Priority", ordering="priority")
    def urgency(self, ticket: Ticket) -> str:
        normal = ticket.priority == Ticket.Priority.NORMAL
        return badge(ticket.priority, PRIORITIES, "Medium" if normal else "")

    @admin.display(description="Client", ordering="user")
    def client(self, ticket: Ticket) -> str:
        return link(ticket.user)

    @admin.display(description="Assigned to", ordering="assignee")
    def assigned(self, ticket: Ticket) -> str:
        return str(ticket.assignee or "-")

    @admin.display(description="Last message", ordering="latest")
    def last_message(self, ticket: Any) -> Any:
        return ticket.latest
