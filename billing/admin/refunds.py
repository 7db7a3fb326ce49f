from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.admin.rows import INVOICES, STAFF, RowsAdmin
from billing.admin.states import REFUNDS
from billing.api.refunds import RefundViewSet
from billing.corrections.models import CreditNote, Refund
from billing.models import InvoiceTransaction
from paymenter.console.display import badge, day, link, money

METHODS = {
    "credit": "To the client's balance",
    "gateway": "Through the gateway",
    "manual": "Paid out by hand",
}


@admin.register(Refund)
class RefundAdmin(RowsAdmin):
    """Asked for on the page of the invoice."""

    viewset = RefundViewSet
    targets = {
        **INVOICES,
        **STAFF,
        "payment": ("payment_id", InvoiceTransaction),
        "note": ("credit_note_id", CreditNote),
        "transaction": ("invoice_transaction_id", InvoiceTransaction),
    }
    list_display = ("id", "bill", "total", "how", "state", "reason", "asked")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("method", ChoicesDropdownFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("=id", "=invoice_id", "provider_id", "reason")
    search_help_text = "By id, the invoice's id, the provider's id, or the reason"
    fields = (
        "bill",
        "total",
        "how",
        "state",
        "error",
        "reason",
        "payment",
        "provider_id",
        "transaction",
        "note",
        "asked_by",
        "asked",
    )
    readonly_fields = (
        "bill",
        "total",
        "how",
        "state",
        "payment",
        "transaction",
        "note",
        "asked_by",
        "asked",
    )
    labels = {"provider_id": "The provider's ID", "error": "What went wrong"}

    @admin.display(description="Invoice", ordering="invoice_id")
    def bill(self, refund: Refund) -> str:
        return self.linked(refund, "invoice")

    @admin.display(description="Amount", ordering="amount")
    def total(self, refund: Refund) -> str:
        invoice = self.target(refund, "invoice")
        return money(refund.amount, invoice.currency_code if invoice else "")

    @admin.display(description="How", ordering="method")
    def how(self, refund: Refund) -> str:
        return METHODS.get(refund.method, refund.method)

    @admin.display(description="Status", ordering="status")
    def state(self, refund: Refund) -> str:
        return badge(refund.status, REFUNDS)

    @admin.display(description="Payment that goes back")
    def payment(self, refund: Refund) -> str:
        return self.linked(refund, "payment")

    @admin.display(description="Recorded as")
    def transaction(self, refund: Refund) -> str:
        return link(self.target(refund, "transaction"))

    @admin.display(description="Credit note")
    def note(self, refund: Refund) -> str:
        return link(self.target(refund, "note"))

    @admin.display(description="Asked for by")
    def asked_by(self, refund: Refund) -> str:
        return self.linked(refund, "staff") if refund.staff_id else "System"

    @admin.display(description="Asked for", ordering="created_at")
    def asked(self, refund: Refund) -> str:
        return day(refund.created_at)
