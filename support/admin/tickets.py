from django.contrib import admin
from unfold.admin import TabularInline

from paymenter.console import ModelAdmin, ReadOnly
from support.models import Ticket, TicketMessage


class TicketMessageInline(ReadOnly, TabularInline):  # type: ignore[misc]
    model = TicketMessage
    fields = readonly_fields = ("created_at", "user", "message")
    extra = 0


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    list_display = ("subject", "user", "status", "priority", "department", "updated_at")
    list_filter = ("status", "priority")
    search_fields = ("subject", "user__email")
    inlines = (TicketMessageInline,)
