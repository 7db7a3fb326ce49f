from typing import Any

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.admin import choices
from billing.admin.states import SERVICES
from billing.api.service_cancellations import ServiceCancellationViewSet
from billing.models import Service, ServiceCancellation
from paymenter.console.display import badge, day, link
from paymenter.console.records import RecordAdmin

TYPES = (("end_of_period", "At the end of the period"), ("immediate", "At once"))


def _when() -> Any:
    return choices.of_words(
        *TYPES, label="When", help_text="At once ends the service and removes it from its server."
    )


@admin.register(ServiceCancellation)
class ServiceCancellationAdmin(RecordAdmin):
    """Deleting one that has not been carried out renews the service again."""

    viewset = ServiceCancellationViewSet
    list_display = ("id", "what", "client", "kind", "reason", "state", "asked")
    list_prefetch = ("service__product", "service__user")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("reason", "=service__id", "service__label", "service__user__email")
    search_help_text = "By reason, the service's id or label, or the client's e-mail address"
    fields = ("what", "client", "kind", "reason", "asked")
    add_fields = ("service_id", "type", "reason")
    readonly_fields = ("what", "client", "kind", "asked")
    form_fields = {"type": _when}

    @admin.display(description="Service", ordering="service")
    def what(self, cancellation: ServiceCancellation) -> str:
        service: Service = cancellation.service
        return link(service, service.label or str(service.product or service))

    @admin.display(description="Client")
    def client(self, cancellation: ServiceCancellation) -> str:
        return link(cancellation.service.user)

    @admin.display(description="When", ordering="type")
    def kind(self, cancellation: ServiceCancellation) -> str:
        return dict(TYPES).get(cancellation.type, cancellation.type)

    @admin.display(description="Service is")
    def state(self, cancellation: ServiceCancellation) -> str:
        return badge(cancellation.service.status, SERVICES)

    @admin.display(description="Asked for", ordering="created_at")
    def asked(self, cancellation: ServiceCancellation) -> str:
        return day(cancellation.created_at)
