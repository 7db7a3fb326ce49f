from django.contrib import admin

from billing.models import Order
from paymenter.console import ModelAdmin


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    list_display = ("id", "user", "currency_code", "created_at")
    search_fields = ("=id", "user__email")
