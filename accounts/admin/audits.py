from django.contrib import admin

from accounts.api.audits import AuditViewSet
from accounts.models import Audit
from paymenter.console.records import ReadOnlyAdmin


@admin.register(Audit)
class AuditAdmin(ReadOnlyAdmin):
    viewset = AuditViewSet
    list_display = (
        "created_at",
        "event",
        "auditable_type",
        "auditable_id",
        "user_id",
        "ip_address",
    )
    search_fields = ("=auditable_id", "auditable_type")
    fields = ("created_at", "event", "auditable_type", "auditable_id", "user_id", "ip_address")
