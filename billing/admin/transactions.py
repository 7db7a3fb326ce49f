from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)

from billing.admin import choices
from billing.admin.states import PAYMENTS
from billing.api.invoice_transactions import InvoiceTransactionViewSet
from billing.models import InvoiceTransaction
from paymenter.console.display import badge, day, link, money
from paymenter.console.records import RecordAdmin


@admin.register(InvoiceTransaction)
class InvoiceTransactionAdmin(RecordAdmin):
    """New ones are recorded on the page of their invoice."""

    viewset = InvoiceTransactionViewSet
    list_display = ("id", "bill", "client", "paid_through", "total", "costs", "key", "state", "on")
    list_display_links = ("id",)
    list_prefetch = ("invoice__user", "gateway")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("gateway", RelatedDropdownFilter),
        "is_credit_transaction",
        ("created_at", RangeDateFilter),
    )
    search_fields = ("transaction_id", "=invoice__number", "=invoice__id")
    search_help_text = "By transaction id, or the number or id of the invoice"
    fields = (
        "bill",
        "client",
        "gateway_id",
        "transaction_id",
        "amount",
        "fee",
        "status",
        "is_credit_transaction",
        "created_at",
    )
    readonly_fields = ("bill", "client", "is_credit_transaction", "created_at")
    form_fields = {"gateway_id": choices.gateway}
    labels = {"is_credit_transaction": "Paid from the client's credit", "created_at": "Recorded"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="Invoice", ordering="invoice")
    def bill(self, payment: InvoiceTransaction) -> str:
        return link(payment.invoice)

    @admin.display(description="Client")
    def client(self, payment: InvoiceTransaction) -> str:
        return link(payment.invoice.user)

    @admin.display(description="Paid through", ordering="gateway")
    def paid_through(self, payment: InvoiceTransaction) -> str:
        if payment.is_credit_transaction:
            return "Credit"
        return payment.gateway.name if payment.gateway else "By hand"

    @admin.display(description="Amount", ordering="amount")
    def total(self, payment: InvoiceTransaction) -> str:
        return money(payment.amount, payment.invoice.currency_code)

    @admin.display(description="Fee", ordering="fee")
    def costs(self, payment: InvoiceTransaction) -> str:
        return money(payment.fee, payment.invoice.currency_code)

    @admin.display(description="Transaction ID")
    def key(self, payment: InvoiceTransaction) -> Any:
        return payment.transaction_id or "-"

    @admin.display(description="Status", ordering="status")
    def state(self, payment: InvoiceTransaction) -> str:
        return badge(payment.status, PAYMENTS)

    @admin.display(description="Recorded", ordering="created_at")
    def on(self, payment: InvoiceTransaction) -> str:
        return day(payment.created_at)
