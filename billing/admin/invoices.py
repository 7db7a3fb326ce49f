from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from unfold.admin import TabularInline
from unfold.decorators import action

from billing.actions.documents import invoice_pdf, pdf_name
from billing.models import Invoice, InvoiceItem
from paymenter.console import ModelAdmin, ReadOnly
from paymenter.errors import Refused


class InvoiceItemInline(ReadOnly, TabularInline):  # type: ignore[misc]
    model = InvoiceItem
    fields = ("description", "quantity", "price")
    extra = 0


@admin.register(Invoice)
class InvoiceAdmin(ModelAdmin):
    list_display = ("number", "user", "status", "currency_code", "due_at", "created_at")
    list_filter = ("status",)
    search_fields = ("number", "=id", "user__email")
    inlines = (InvoiceItemInline,)
    actions_detail = ("download_pdf",)

    @action(description="Download PDF", url_path="pdf", permissions=["view"])  # type: ignore[untyped-decorator]
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
