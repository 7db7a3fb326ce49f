from django.contrib import admin

from billing.api.service_commands import (
    CancelService,
    SuspendService,
    TerminateService,
    UnsuspendService,
)
from billing.api.services import ServiceViewSet
from billing.models import Service
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb

ACTIVE, SUSPENDED = Service.Status.ACTIVE, Service.Status.SUSPENDED


@admin.register(Service)
class ServiceAdmin(RecordAdmin):
    viewset = ServiceViewSet
    list_display = ("id", "user", "product", "status", "price", "currency_code", "expires_at")
    list_prefetch = ("user", "product")
    list_filter = ("status",)
    search_fields = ("=id", "user__email")
    verbs = (
        Verb(SuspendService, "Suspend", "pause", bulk=True, when=lambda s: s.status == ACTIVE),
        Verb(UnsuspendService, "Unsuspend", "play_arrow", when=lambda s: s.status == SUSPENDED),
        Verb(CancelService, "Cancel", "event_busy", when=lambda s: s.status == ACTIVE),
        Verb(TerminateService, "Terminate", "delete_forever", dangerous=True),
    )
