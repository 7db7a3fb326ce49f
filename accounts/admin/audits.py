from django.contrib import admin

from accounts.models import Audit
from paymenter.console import ModelAdmin


@admin.register(Audit)
class AuditAdmin(ModelAdmin):
    list_display = (
        "created_at",
        "event",
        "auditable_type",
        "auditable_id",
        "user_id",
        "ip_address",
    )
    search_fields = ("=auditable_id", "auditable_type")
