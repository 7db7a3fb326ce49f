from django.contrib import admin

from paymenter.console.records import RecordAdmin
from support.api.tickets import TicketViewSet
from support.models import Ticket


@admin.register(Ticket)
class TicketAdmin(RecordAdmin):
    viewset = TicketViewSet
    list_display = ("subject", "user", "status", "priority", "department", "updated_at")
    list_prefetch = ("user",)
    list_filter = ("status", "priority")
    search_fields = ("subject", "user__email")
