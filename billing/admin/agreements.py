from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter

from billing.admin.states import SERVICES
from billing.api.billing_agreements import BillingAgreementViewSet
from billing.models import BillingAgreement
from paymenter.console.display import badge, day, link, money
from paymenter.console.panels import Panel
from paymenter.console.records import ReadOnlyAdmin


def _services(request: HttpRequest, agreement: BillingAgreement) -> Iterator[tuple[Any, ...]]:
    for service in agreement.services.order_by("pk").prefetch_related("product")[:50]:
        name = service.label or str(service.product or service)
        price = money(service.price, service.currency_code)
        yield link(service, name), badge(service.status, SERVICES), price, day(service.expires_at)


@admin.register(BillingAgreement)
class BillingAgreementAdmin(ReadOnlyAdmin):
    """Saved by clients, ended by them or at the provider."""

    viewset = BillingAgreementViewSet
    list_display = ("name", "client", "gateway_name", "kind", "expiry", "saved")
    list_prefetch = ("user", "gateway")
    list_filter = (("user", AutocompleteSelectFilter), ("gateway", RelatedDropdownFilter))
    search_fields = ("name", "=external_reference", "user__email", "user__last_name")
    search_help_text = "By name, the provider's reference, or the client's name or e-mail address"
    fields = ("name", "client", "gateway_name", "kind", "expiry", "external_reference", "saved")
    readonly_fields = ("client", "gateway_name", "kind", "saved")
    labels = {"external_reference": "The provider's reference", "expiry": "Valid until"}
    panels = (
        Panel(
            "Services charged to it",
            "services",
            ("Service", "Status", "Price", "Paid until"),
            _services,
            empty="No service is charged to it automatically.",
        ),
    )

    @admin.display(description="Client", ordering="user")
    def client(self, agreement: BillingAgreement) -> str:
        return link(agreement.user)

    @admin.display(description="Gateway", ordering="gateway")
    def gateway_name(self, agreement: BillingAgreement) -> str:
        return link(agreement.gateway)

    @admin.display(description="Kind", ordering="type")
    def kind(self, agreement: BillingAgreement) -> str:
        return (agreement.type or "-").replace("_", " ").capitalize()

    @admin.display(description="Saved", ordering="created_at")
    def saved(self, agreement: BillingAgreement) -> str:
        return day(agreement.created_at)
