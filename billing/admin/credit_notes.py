from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action

from billing.actions.credit_note_documents import credit_note_pdf, credit_note_pdf_name
from billing.admin.rows import CLIENTS, INVOICES, STAFF, RowsAdmin
from billing.api.credit_notes import CreditNoteViewSet
from billing.corrections.models import CreditNote
from paymenter.console.display import day, money
from paymenter.console.panels import Panel
from paymenter.errors import Refused


def _lines(request: HttpRequest, note: CreditNote) -> Iterator[tuple[Any, ...]]:
    for item in note.items.order_by("pk"):
        yield item.description or "The invoice as a whole", money(item.amount, note.currency_code)


@admin.register(CreditNote)
class CreditNoteAdmin(RowsAdmin):
    """Issued on the page of the invoice; never changed or deleted."""

    viewset = CreditNoteViewSet
    targets = {**CLIENTS, **INVOICES, **STAFF}
    list_display = ("number", "bill", "client", "total", "reason", "issued")
    list_filter = (("created_at", RangeDateFilter),)
    search_fields = ("number", "invoice_number", "name")
    search_help_text = "By number, the invoice's number, or the name that was billed"
    fields = (
        "number",
        "bill",
        "client",
        "name",
        "total",
        "tax_part",
        "reason",
        "issued_by",
        "issued",
    )
    readonly_fields = ("bill", "client", "total", "tax_part", "issued_by", "issued")
    labels = {"name": "Billed to"}
    actions_detail = ("download_pdf",)
    panels = (Panel("Lines", "credit_notes", ("Line", "Amount"), _lines),)

    @admin.display(description="Invoice", ordering="invoice_id")
    def bill(self, note: CreditNote) -> str:
        return self.linked(note, "invoice")

    @admin.display(description="Client", ordering="user_id")
    def client(self, note: CreditNote) -> str:
        return self.linked(note, "client")

    @admin.display(description="Amount", ordering="amount")
    def total(self, note: CreditNote) -> str:
        return money(note.amount, note.currency_code)

    @admin.display(description="Tax in it")
    def tax_part(self, note: CreditNote) -> str:
        if not note.tax_name:
            return "-"
        return f"{money(note.tax, note.currency_code)} ({note.tax_name} {note.tax_rate} %)"

    @admin.display(description="Issued by")
    def issued_by(self, note: CreditNote) -> str:
        return self.linked(note, "staff") if note.staff_id else "System"

    @admin.display(description="Issued", ordering="created_at")
    def issued(self, note: CreditNote) -> str:
        return day(note.created_at)

    @action(description="PDF", icon="picture_as_pdf", url_path="pdf", permissions=["view"])  # type: ignore[untyped-decorator]
    def download_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        note = get_object_or_404(CreditNote, pk=object_id)
        try:
            file = credit_note_pdf(note)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:corrections_creditnote_change", object_id)
        name = content_disposition_header(True, credit_note_pdf_name(note)) or ""
        headers = {"Content-Disposition": name}
        return HttpResponse(file, content_type="application/pdf", headers=headers)
