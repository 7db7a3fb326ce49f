from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)

from billing.actions.provisioning import has_server
from billing.admin import choices
from billing.admin.service_parts import PANELS, ConfigInline, PropertyInline, cancellation_of
from billing.admin.service_verbs import VERBS
from billing.admin.states import SERVICES
from billing.api.services import DeskServiceViewSet
from billing.models import Order, Service
from paymenter import options
from paymenter.console.display import address_of, badge, day, link, money
from paymenter.console.inlines import RecordInline
from paymenter.console.panels import WARNING, Note
from paymenter.console.records import RecordAdmin
from paymenter.errors import Refused

RUNNING = (Service.Status.ACTIVE, Service.Status.SUSPENDED)
STAYS = "It runs on a server. Terminate it before you delete it, or it stays there for good."
STATUS = "A change here tells neither the client nor the server: use the buttons above for that."


@admin.register(Service)
class ServiceAdmin(RecordAdmin):
    viewset = DeskServiceViewSet
    list_display = ("id", "what", "client", "state", "unit_price", "quantity", "expires")
    list_display_links = ("id", "what")
    list_prefetch = ("user", "product")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("product", RelatedDropdownFilter),
        ("user", AutocompleteSelectFilter),
        ("expires_at", RangeDateTimeFilter),
    )
    search_fields = ("=id", "label", "subscription_id", "user__email", "user__last_name")
    search_help_text = "By id, label, subscription, or the client's name or e-mail address"
    fieldsets = (
        ("Service", {"fields": ("user_id", "product_id", "plan_id", "quantity", "label")}),
        ("State", {"fields": ("status", "expires_at", "ordered_in")}),
        (
            "Price",
            {
                "fields": (
                    "currency_code",
                    "price",
                    "coupon_id",
                    "billing_agreement_id",
                    "subscription_id",
                )
            },
        ),
    )
    readonly_fields = ("ordered_in",)
    form_fields = {"plan_id": choices.plan}
    labels = {
        "user_id": "Client",
        "billing_agreement_id": "Charged automatically to",
        "subscription_id": "Subscription ID",
        "expires_at": "Paid until",
    }
    help_texts = {
        "status": STATUS,
        "price": "Of one unit and one period, without setup fee. “Recalculate the price” takes it"
        " from the catalogue.",
        "subscription_id": "Of old subscriptions at a provider.",
        "label": "What the client calls it; empty: the product's name.",
    }
    inlines = (ConfigInline, PropertyInline)
    verbs = VERBS
    panels = PANELS
    audited = ("invoice_items", "properties", "configs", "cancellations")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"currency_code": options.get("default_currency", "USD"), **given}

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[RecordInline], ...]:
        return (ConfigInline, PropertyInline) if obj is not None else ()

    def write_action(self, request: HttpRequest, name: str) -> Callable[..., Any]:
        """Who deletes what runs leaves it running: Paymenter offers to end it, and deletes the row
        also where that fails."""
        action = super().write_action(request, name)
        if name != "destroy":
            return action

        def delete(service: Service, **options: Any) -> None:
            if service.status in RUNNING and has_server(service):
                raise Refused(STAYS)
            action(service, **options)

        return delete

    def notes(self, request: HttpRequest, record: Service) -> Iterator[Note]:
        if cancellation := cancellation_of(record):
            ended = record.status == Service.Status.CANCELLED
            text = "This service was cancelled" if ended else "This service is being cancelled"
            when = f" {cancellation.get_type_display()}"
            why = f": {cancellation.reason}" if cancellation.reason else "."
            address = address_of(cancellation)
            yield Note(f"{text}{when}{why}", WARNING, address, "See the cancellation")
        if record.status in RUNNING and has_server(record):
            yield Note(STAYS)

    @admin.display(description="Service", ordering="product")
    def what(self, service: Service) -> str:
        return service.label or (service.product.name if service.product else "Deleted product")

    @admin.display(description="Client", ordering="user")
    def client(self, service: Service) -> str:
        return link(service.user)

    @admin.display(description="Status", ordering="status")
    def state(self, service: Service) -> str:
        return badge(service.status, SERVICES)

    @admin.display(description="Price", ordering="price")
    def unit_price(self, service: Service) -> str:
        return money(service.price, service.currency_code)

    @admin.display(description="Paid until", ordering="expires_at")
    def expires(self, service: Service) -> str:
        return day(service.expires_at)

    @admin.display(description="Ordered in")
    def ordered_in(self, service: Service) -> str:
        return link(Order(pk=service.order_id)) if service.order_id else "-"
