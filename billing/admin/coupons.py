from django.contrib import admin

from billing.models import Coupon
from paymenter.console import ModelAdmin


@admin.register(Coupon)
class CouponAdmin(ModelAdmin):
    list_display = ("code", "type", "value", "recurring", "max_uses", "starts_at", "expires_at")
    search_fields = ("code",)
