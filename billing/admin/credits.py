from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter

from accounts.models import User
from billing.api.credits import CreditInput, CreditViewSet
from billing.models import Credit, Invoice
from billing.wallets.models import CreditMovement
from paymenter import options
from paymenter.console.display import day, link, money
from paymenter.console.panels import Panel
from paymenter.console.records import RecordAdmin
from paymenter.jsonapi.input import Field
from paymenter.laravel.validation import Max, String

LATEST = 50


class ExplainedCreditInput(CreditInput):
    """In the console a balance is not set without a word."""

    reason = Field(String(), Max(255), required=True)

    @classmethod
    def update(cls, data: Any, instance: Any) -> dict[str, Any]:
        return super().update({"reason": None, **data} if data else data, instance)


class ExplainedCreditViewSet(CreditViewSet):
    input = ExplainedCreditInput


def _movements(request: HttpRequest, credit: Credit) -> Iterator[tuple[Any, ...]]:
    rows = CreditMovement.objects.filter(
        user_id=credit.user_id, currency_code=credit.currency_code
    ).order_by("-pk")
    found = list(rows[:LATEST])
    staff = User.objects.in_bulk({row.staff_id for row in found} - {None})
    invoices = Invoice.objects.in_bulk({row.invoice_id for row in found} - {None})
    for row in found:
        yield (
            day(row.created_at),
            KINDS.get(row.kind, row.kind),
            money(row.amount, row.currency_code),
            money(row.balance, row.currency_code),
            link(invoices.get(row.invoice_id or 0)),
            row.reason or "-",
            link(staff.get(row.staff_id or 0)),
        )


KINDS = {
    "opening": "Balance at the start",
    "outside": "Changed outside of this program",
    "deposit": "Deposit",
    "payment": "Used for an invoice",
    "overpayment": "Paid too much",
    "refund": "Refund",
    "undelivered": "Paid for what could not be given",
    "downgrade": "Rest of a dearer product",
    "staff": "Set by staff",
    "other": "Other",
}


@admin.register(Credit)
class CreditAdmin(RecordAdmin):
    viewset = ExplainedCreditViewSet
    list_display = ("id", "client", "balance", "changed")
    list_prefetch = ("user",)
    list_filter = (("user", AutocompleteSelectFilter), ("currency", RelatedDropdownFilter))
    search_fields = ("user__email", "user__first_name", "user__last_name")
    search_help_text = "By the client's name or e-mail address"
    fields = ("client", "currency_code", "amount", "reason")
    add_fields = ("user_id", "currency_code", "amount", "reason")
    readonly_fields = ("client",)
    labels = {"user_id": "Client", "amount": "Balance"}
    help_texts = {
        "amount": "The new balance, not what is added to it.",
        "reason": "Why you change it; it stands in the movements below.",
    }
    panels = (
        Panel(
            "Movements",
            "credit_movements",
            ("On", "What", "Amount", "Balance", "Invoice", "Reason", "By"),
            _movements,
            empty="Nothing was noted about this balance yet.",
        ),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"currency_code": options.get("default_currency", "USD"), **given}

    @admin.display(description="Client", ordering="user")
    def client(self, credit: Credit) -> str:
        return link(credit.user)

    @admin.display(description="Balance", ordering="amount")
    def balance(self, credit: Credit) -> str:
        return money(credit.amount, credit.currency_code)

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, credit: Credit) -> str:
        return day(credit.updated_at)
