from django.contrib import admin

from billing.api.orders import OrderViewSet
from billing.models import Order
from paymenter.console.records import RecordAdmin


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    viewset = OrderViewSet
    list_display = ("id", "user", "currency_code", "created_at")
    list_prefetch = ("user",)
    search_fields = ("=id", "user__email")
