from django.contrib import admin

from accounts.api.api_keys import ApiKeyViewSet
from accounts.models import ApiKey
from paymenter.console.records import RecordAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    viewset = ApiKeyViewSet
    list_display = ("name", "enabled", "last_used_at", "created_at")
    search_fields = ("name",)
