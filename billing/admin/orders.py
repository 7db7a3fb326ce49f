"""Orders; a new one is placed for a client as his own checkout would."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)

from accounts.models import User
from billing.actions.order_options import named_options
from billing.actions.staff_orders import Item, order_for_client
from billing.admin import choices
from billing.admin.states import SERVICES
from billing.api.orders import OrderInput, OrderViewSet
from billing.api.services import ServiceViewSet
from billing.models import Currency, Order, Plan, Service
from paymenter import options
from paymenter.actor import Actor
from paymenter.console.display import badge, day, link, money
from paymenter.console.fields import Area
from paymenter.console.inlines import RecordInline
from paymenter.console.panels import Panel
from paymenter.console.records import RecordAdmin
from paymenter.errors import Refused
from paymenter.jsonapi.input import Each, Exists, Field, Input
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import Given, Integer, Max, Min, Rule, String

NO_LINES = "Add at least one product."


class Pairs(Rule):
    """Lines of `name: value`."""

    def text(self, given: Given) -> str | None:
        lines = [line for line in str(given.value or "").splitlines() if line.strip()]
        if all(":" in line for line in lines):
            return None
        return given.say("Write one a line in the {}, as “Name: value”.")

    def stored(self, value: Any, given: Given) -> dict[str, str]:
        pairs = [line.split(":", 1) for line in str(value or "").splitlines() if line.strip()]
        return {name.strip(): text.strip() for name, text in pairs}


class LineInput(Input):
    plan_id = Field(Exists(Plan), required=True)
    quantity = Field(Integer(), Min(1), Max(100_000), default=1)
    options = Field(Pairs(), nullable=True)
    properties = Field(Pairs(), nullable=True)


class PlacedOrderInput(OrderInput):
    user_id = Field(Exists(User), required=True)
    currency_code = Field(String(), Exists(Currency, "code"), required=True, create_only=True)
    coupon = Field(String(), Max(255), nullable=True, create_only=True)
    items = Each(LineInput, most=15)


def place_order(*, actor: Actor, items: Any = (), **values: Any) -> Order:
    """Raises Refused."""
    if not items:
        raise Refused.on("items", NO_LINES)
    lines = [_item(place, each) for place, each in enumerate(items)]
    return order_for_client(actor=actor, items=lines, **values).order


def _item(place: int, line: Mapping[str, Any]) -> Item:
    plan = Plan.objects.get(pk=line["plan_id"])
    product_id = plan.priceable_id
    try:
        chosen = named_options(product_id, line.get("options") or {})
    except Refused as refused:
        raise Refused.on(f"items.{place}.options", str(refused)) from None
    told = line.get("properties") or {}
    return Item(product_id, plan.pk, line.get("quantity") or 1, chosen, told)


class PlacedOrderViewSet(OrderViewSet):
    input = PlacedOrderInput
    actions = Actions(place_order, OrderViewSet.actions.update, OrderViewSet.actions.delete)


def _pairs(label: str, help_text: str) -> forms.Field:
    field = Area(label=label, help_text=help_text)
    field.widget.attrs |= {"rows": 2}
    return field


class LineInline(RecordInline):
    """Products of a new order."""

    viewset = ServiceViewSet
    part, part_input = "items", LineInput
    fields = ("plan_id", "quantity", "options", "properties")
    form_fields = {
        "plan_id": lambda: choices.plan("Product and plan"),
        "options": lambda: _pairs("Options", "One a line: “Location: Frankfurt”"),
        "properties": lambda: _pairs("For the server", "One a line: “domain: example.com”"),
    }
    extra = 1
    verbose_name, verbose_name_plural = "product", "products"

    def rows(self, record: Any) -> Any:
        return Service.objects.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None

    def may(self, request: HttpRequest, ability: str) -> bool:
        """Who may place an order may say of what."""
        return bool(request.user.may("admin.orders.create"))  # type: ignore[union-attr]


def _services(request: HttpRequest, order: Order) -> Iterator[tuple[Any, ...]]:
    for service in order.services.order_by("pk").prefetch_related("product", "plan"):
        name = service.label or (service.product.name if service.product else "Deleted product")
        yield (
            link(service, name),
            choices.plan_words(service.plan),
            service.quantity,
            money(service.price, service.currency_code),
            badge(service.status, SERVICES),
        )


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    viewset = PlacedOrderViewSet
    list_display = ("id", "client", "total", "services", "ordered")
    list_prefetch = ("user",)
    list_filter = (
        ("user", AutocompleteSelectFilter),
        ("currency", RelatedDropdownFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("=id", "user__email", "user__first_name", "user__last_name")
    search_help_text = "By id, or the client's name or e-mail address"
    fields = ("user_id", "currency_code", "ordered")
    add_fields = ("user_id", "currency_code", "coupon")
    readonly_fields = ("ordered",)
    labels = {"user_id": "Client", "coupon": "Coupon code"}
    help_texts = {
        "coupon": "Taxes, stock and the coupon count as in the client's own checkout; what is to be"
        " paid becomes an invoice.",
    }
    panels = (
        Panel(
            "Services",
            "services",
            ("Service", "Plan", "Quantity", "Price", "Status"),
            _services,
            empty="This order has no services.",
        ),
    )
    audited = ("services",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        services = Service.objects.filter(order=OuterRef("pk")).order_by().values("order")
        total = services.annotate(sum=Sum(F("price") * F("quantity"))).values("sum")
        units = services.annotate(units=Sum("quantity")).values("units")
        found: QuerySet[Order] = super().get_queryset(request)
        return found.annotate(sum=Subquery(total), units=Coalesce(Subquery(units), 0))

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[RecordInline], ...]:
        return (LineInline,) if obj is None else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"currency_code": options.get("default_currency", "USD"), **given}

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To what was made of it."""
        super().response_add(request, obj, post_url_continue)
        return redirect("admin:billing_order_change", obj.pk)

    @admin.display(description="Client", ordering="user")
    def client(self, order: Order) -> str:
        return link(order.user)

    @admin.display(description="Total of a period")
    def total(self, order: Any) -> str:
        return money(order.sum, order.currency_code)

    @admin.display(description="Services")
    def services(self, order: Any) -> int:
        return int(order.units)

    @admin.display(description="Ordered", ordering="created_at")
    def ordered(self, order: Order) -> str:
        return day(order.created_at)
