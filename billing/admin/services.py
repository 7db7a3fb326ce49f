from django.contrib import admin

from billing.models import Service
from paymenter.console import ModelAdmin


@admin.register(Service)
class ServiceAdmin(ModelAdmin):
    list_display = ("id", "user", "product", "status", "price", "currency_code", "expires_at")
    list_filter = ("status",)
    search_fields = ("=id", "user__email")
