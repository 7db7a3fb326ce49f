from typing import ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from billing.api.coupons import CouponViewSet
from billing.models import Coupon, Service
from paymenter.console.display import list_link
from paymenter.console.records import RecordAdmin


@admin.register(Coupon)
class CouponAdmin(RecordAdmin):
    viewset = CouponViewSet
    list_display = ("code", "worth", "applies", "uses", "starts_at", "expires_at")
    list_filter = ("type", "applies_to")
    search_fields = ("code",)
    audited = ("services",)
    labels: ClassVar = {
        "applies_to": "Taken off",
        "recurring": "For how many periods",
        "max_uses": "Most uses",
        "max_uses_per_user": "Most uses for each client",
        "starts_at": "Valid from",
        "expires_at": "Valid until",
    }
    help_texts: ClassVar = {
        "code": "What clients type.",
        "value": "Percent, or an amount in the currency of the order.",
        "applies_to": "All is the price and the setup fee.",
        "recurring": "0: each period for good; 1 or empty: the first only.",
        "products": "Empty: all of them.",
        "max_uses": "Empty: as often as one likes.",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Coupon]:
        found: QuerySet[Coupon] = super().get_queryset(request)
        return found.annotate(count=Count("services"))

    @admin.display(description="Value", ordering="value")
    def worth(self, coupon: Coupon) -> str:
        return f"{coupon.value} %" if coupon.type == Coupon.Type.PERCENTAGE else f"{coupon.value}"

    @admin.display(description="Taken off", ordering="applies_to")
    def applies(self, coupon: Coupon) -> str:
        return coupon.get_applies_to_display()

    @admin.display(description="Uses", ordering="count")
    def uses(self, coupon: Coupon) -> str:
        count: int = getattr(coupon, "count", 0)
        most = "" if coupon.max_uses is None else f" of {coupon.max_uses}"
        return list_link(Service, f"{count}{most}", coupon=coupon.pk)
