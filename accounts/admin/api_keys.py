from django.contrib import admin

from accounts.models import ApiKey
from paymenter.console import ModelAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    list_display = ("name", "enabled", "last_used_at", "created_at")
    search_fields = ("name",)
    exclude = ("token",)
