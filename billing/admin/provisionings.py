from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.admin.rows import SERVICES, RowsAdmin
from billing.admin.states import PROVISIONINGS
from billing.api.provisionings import DismissProvisioning, ProvisioningViewSet, RetryProvisioning
from billing.provisioning.models import Provisioning
from paymenter.console.display import badge, day
from paymenter.console.verbs import Verb

WAITS = (Provisioning.Status.PENDING, Provisioning.Status.FAILED)
FEW = 80


@admin.register(Provisioning)
class ProvisioningAdmin(RowsAdmin):
    viewset = ProvisioningViewSet
    targets = SERVICES
    list_display = ("id", "service", "what", "state", "attempts", "trouble", "asked")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("action", ChoicesDropdownFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("=service_id", "error")
    search_help_text = "By the service's id, or the error"
    fields = ("service", "what", "state", "attempts", "error", "tells_client", "asked")
    readonly_fields = ("service", "what", "state", "asked")
    labels = {"tells_client": "The client is told"}
    verbs = (
        Verb(
            RetryProvisioning,
            "Try again",
            "refresh",
            done="It is tried again.",
            bulk=True,
            when=lambda row: row.status in WAITS,
        ),
        Verb(
            DismissProvisioning,
            "Give up",
            "block",
            done="It will not be done.",
            dangerous=True,
            bulk=True,
            when=lambda row: row.status in WAITS,
        ),
    )

    @admin.display(description="Service", ordering="service_id")
    def service(self, row: Provisioning) -> str:
        return self.linked(row, "service")

    @admin.display(description="What", ordering="action")
    def what(self, row: Provisioning) -> str:
        return row.get_action_display()

    @admin.display(description="Status", ordering="status")
    def state(self, row: Provisioning) -> str:
        return badge(row.status, PROVISIONINGS)

    @admin.display(description="Error")
    def trouble(self, row: Provisioning) -> str:
        text = row.error or "-"
        return text if len(text) <= FEW else f"{text[:FEW]}…"

    @admin.display(description="Asked for", ordering="created_at")
    def asked(self, row: Provisioning) -> str:
        return day(row.created_at)
