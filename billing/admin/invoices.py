from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import action

from billing.actions.documents import invoice_pdf, pdf_name
from billing.admin.invoice_parts import PANELS, InvoiceItemInline, PaymentInline, is_paid
from billing.admin.invoice_verbs import VERBS
from billing.admin.states import INVOICES, balance_of_row, with_amounts
from billing.api.invoices import InvoiceViewSet
from billing.models import Invoice
from paymenter import options
from paymenter.console.display import badge, day, link, money
from paymenter.console.inlines import RecordInline
from paymenter.console.panels import Note
from paymenter.console.records import RecordAdmin
from paymenter.db import fields, zone
from paymenter.errors import Refused

DUE_IN = timedelta(days=7)
PAID = (
    "This invoice is paid: its lines stay as they are. Take something off by a credit note, give"
    " money back by a refund."
)


class Overdue(DropdownFilter):  # type: ignore[misc]
    title, parameter_name = "overdue", "overdue"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [("yes", "Open and past its due date")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "yes":
            return rows
        today = zone.naive(fields.now()).date()
        return rows.filter(status=Invoice.Status.PENDING, due_at__lt=today)


@admin.register(Invoice)
class InvoiceAdmin(RecordAdmin):
    viewset = InvoiceViewSet
    list_display = (
        "id",
        "number",
        "client",
        "state",
        "issued",
        "due",
        "total",
        "remaining",
    )
    list_display_links = ("id", "number")
    list_prefetch = ("user",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        Overdue,
        ("user", AutocompleteSelectFilter),
        ("currency", RelatedDropdownFilter),
        ("created_at", RangeDateFilter),
        ("due_at", RangeDateFilter),
    )
    search_fields = ("number", "=id", "user__email", "user__first_name", "user__last_name")
    search_help_text = "By number, id, or the client's name or e-mail address"
    fields = ("user_id", "number", "status", "currency_code", "due_at", "issued")
    add_fields = ("user_id", "currency_code", "due_at", "status", "send_email")
    readonly_fields = ("number", "issued")
    labels = {"user_id": "Client", "due_at": "Due date", "send_email": "Send the client an e-mail"}
    help_texts = {
        "status": "Setting it to paid gives what was bought, without a payment: better mark it as"
        " paid, or add the payment.",
        "send_email": "With the invoice attached, as soon as it has lines.",
    }
    actions_detail = ("download_pdf",)
    verbs = VERBS
    panels = PANELS
    audited = ("items", "transactions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return with_amounts(super().get_queryset(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        due = zone.naive(fields.now() + DUE_IN).date()
        currency = options.get("default_currency", "USD")
        given = super().get_changeform_initial_data(request)
        return {"due_at": due, "currency_code": currency, **given}

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[RecordInline], ...]:
        """Payments are of what is there."""
        return (InvoiceItemInline, PaymentInline) if obj is not None else (InvoiceItemInline,)

    def notes(self, request: HttpRequest, record: Invoice) -> Iterator[Note]:
        if is_paid(record):
            yield Note(PAID)

    @admin.display(description="Client", ordering="user")
    def client(self, invoice: Invoice) -> str:
        return link(invoice.user)

    @admin.display(description="Status", ordering="status")
    def state(self, invoice: Invoice) -> str:
        return badge(invoice.status, INVOICES)

    @admin.display(description="Issued", ordering="created_at")
    def issued(self, invoice: Invoice) -> str:
        return day(invoice.created_at)

    @admin.display(description="Due", ordering="due_at")
    def due(self, invoice: Invoice) -> str:
        return f"{invoice.due_at:%-d %b %Y}" if invoice.due_at else "-"

    @admin.display(description="Total")
    def total(self, invoice: Any) -> str:
        return money(invoice.total_sum, invoice.currency_code)

    @admin.display(description="Remaining")
    def remaining(self, invoice: Any) -> str:
        is_open = invoice.status == Invoice.Status.PENDING
        amount = balance_of_row(invoice).open
        return money(amount, invoice.currency_code) if is_open else "-"

    @action(description="PDF", icon="picture_as_pdf", url_path="pdf", permissions=["view"])  # type: ignore[untyped-decorator]
    def download_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = get_object_or_404(Invoice, pk=object_id)
        try:
            file = invoice_pdf(invoice)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:billing_invoice_change", object_id)
        name = content_disposition_header(True, pdf_name(invoice)) or ""
        headers = {"Content-Disposition": name}
        return HttpResponse(file, content_type="application/pdf", headers=headers)
