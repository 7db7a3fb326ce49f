from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from paymenter.console.display import day, link
from paymenter.console.records import RecordAdmin
from support.api.ticket_messages import TicketMessageViewSet
from support.models import TicketMessage


@admin.register(TicketMessage)
class TicketMessageAdmin(RecordAdmin):
    """Reached from the conversation, and back there; written in the ticket."""

    viewset = TicketMessageViewSet
    list_display = ("id", "about", "author", "sent")
    list_display_links = ("id",)
    list_prefetch = ("ticket", "user")
    search_fields = ("=ticket__id", "ticket__subject", "user__email")
    search_help_text = "By the ticket's id or subject, or the author's e-mail address"
    fields = ("about", "author", "sent", "message")
    readonly_fields = ("about", "author", "sent")
    help_texts = {"message": "Nobody is told of a correction."}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        super().response_change(request, obj)
        return redirect("admin:support_ticket_change", obj.ticket_id)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        request._ticket_id = obj.ticket_id  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)
        return redirect("admin:support_ticket_change", request._ticket_id)  # type: ignore[attr-defined]

    @admin.display(description="Ticket", ordering="ticket")
    def about(self, message: TicketMessage) -> str:
        return link(message.ticket)

    @admin.display(description="Author", ordering="user")
    def author(self, message: TicketMessage) -> str:
        return link(message.user)

    @admin.display(description="Sent", ordering="created_at")
    def sent(self, message: TicketMessage) -> str:
        return day(message.created_at)
