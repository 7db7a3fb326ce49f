from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.admin.rows import INVOICES, RowsAdmin
from billing.admin.states import FULFILMENTS
from billing.api.fulfilments import FulfilmentViewSet, RetryFulfilment
from billing.fulfilments.models import Fulfilment
from billing.models import InvoiceItem
from paymenter.console.display import badge, day
from paymenter.console.verbs import Verb

WORDS = {
    "done": "Given",
    "outside": "Given by Paymenter",
    "pending": "To be given",
    "undelivered": "Became credit",
    "failed": "Failed",
}


@admin.register(Fulfilment)
class FulfilmentAdmin(RowsAdmin):
    """What paid invoices were for, line by line."""

    viewset = FulfilmentViewSet
    targets = {**INVOICES, "item": ("invoice_item_id", InvoiceItem)}
    list_display = ("line", "bill", "state", "attempts", "error", "since")
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("=invoice_id", "=invoice_item_id", "error")
    search_help_text = "By the invoice's id, or the error"
    fields = ("line", "bill", "state", "attempts", "error", "since")
    readonly_fields = ("line", "bill", "state", "since")
    ordering = ("-created_at", "-invoice_item_id")
    verbs = (
        Verb(
            RetryFulfilment,
            "Try again",
            "refresh",
            done="It is tried again.",
            bulk=True,
            when=lambda row: row.status in (Fulfilment.Status.PENDING, Fulfilment.Status.FAILED),
        ),
    )

    @admin.display(description="Line", ordering="invoice_item_id")
    def line(self, row: Fulfilment) -> str:
        item = self.target(row, "item")
        return str(item) if item else f"Line {row.pk} (deleted)"

    @admin.display(description="Invoice", ordering="invoice_id")
    def bill(self, row: Fulfilment) -> str:
        return self.linked(row, "invoice")

    @admin.display(description="Status", ordering="status")
    def state(self, row: Fulfilment) -> str:
        return badge(row.status, FULFILMENTS, WORDS.get(row.status, ""))

    @admin.display(description="Since", ordering="created_at")
    def since(self, row: Fulfilment) -> str:
        return day(row.created_at)
