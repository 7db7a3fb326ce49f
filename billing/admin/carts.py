from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from billing.admin import choices
from billing.api.carts import CartViewSet
from billing.models import Cart
from paymenter.console.display import day, link
from paymenter.console.panels import Panel
from paymenter.console.records import ReadOnlyAdmin


def _items(request: HttpRequest, cart: Cart) -> Iterator[tuple[Any, ...]]:
    for item in cart.items.order_by("pk").prefetch_related("product", "plan"):
        yield link(item.product), choices.plan_words(item.plan), item.quantity


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    """What visitors have chosen and not ordered. Without the key by which a visitor has his."""

    viewset = CartViewSet
    list_display = ("id", "client", "currency_code", "count", "touched")
    list_prefetch = ("user",)
    list_filter = (("updated_at", RangeDateFilter),)
    search_fields = ("=id", "user__email")
    search_help_text = "By id, or the client's e-mail address"
    fields = ("client", "currency_code", "voucher", "touched")
    readonly_fields = ("client", "voucher", "touched")
    panels = (
        Panel("Products", "carts", ("Product", "Plan", "Quantity"), _items, "The cart is empty."),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(items_count=Count("items"))

    @admin.display(description="Client", ordering="user")
    def client(self, cart: Cart) -> str:
        return link(cart.user) if cart.user else "A visitor"

    @admin.display(description="Coupon")
    def voucher(self, cart: Cart) -> str:
        return link(cart.coupon)

    @admin.display(description="Products")
    def count(self, cart: Any) -> int:
        return int(cart.items_count)

    @admin.display(description="Last touched", ordering="updated_at")
    def touched(self, cart: Cart) -> str:
        return day(cart.updated_at)
