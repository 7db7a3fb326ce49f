from django.contrib import admin

from billing.api.coupons import CouponViewSet
from billing.models import Coupon
from paymenter.console.records import RecordAdmin


@admin.register(Coupon)
class CouponAdmin(RecordAdmin):
    viewset = CouponViewSet
    list_display = ("code", "type", "value", "recurring", "max_uses", "starts_at", "expires_at")
    search_fields = ("code",)
