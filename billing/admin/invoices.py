from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from unfold.decorators import action

from billing.actions.documents import invoice_pdf, pdf_name
from billing.api.invoice_cancellations import CancelInvoice
from billing.api.invoice_items import InvoiceItemViewSet, InvoiceLineInput
from billing.api.invoice_transactions import InvoiceTransactionViewSet
from billing.api.invoices import InvoiceViewSet
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from paymenter.console.display import AMBER, GREEN, RED, badge, link, money
from paymenter.console.inlines import RecordInline
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb
from paymenter.errors import Refused

STATUSES = {"paid": GREEN, "pending": AMBER, "cancelled": RED}
PAYMENTS = {"succeeded": GREEN, "processing": AMBER, "failed": RED}


class InvoiceItemInline(RecordInline):
    viewset = InvoiceItemViewSet
    owner, part, part_input = "invoice_id", "items", InvoiceLineInput
    fields = ("description", "quantity", "price")

    def rows(self, record: Any) -> QuerySet[InvoiceItem]:
        return InvoiceItem.objects.filter(invoice=record).order_by("pk")


class PaymentInline(RecordInline):
    viewset = InvoiceTransactionViewSet
    owner = "invoice_id"
    fields = ("gateway_id", "transaction_id", "amount", "fee", "status")
    verbose_name, verbose_name_plural = "payment", "payments"

    def rows(self, record: Any) -> QuerySet[InvoiceTransaction]:
        return InvoiceTransaction.objects.filter(invoice=record).order_by("pk")


@admin.register(Invoice)
class InvoiceAdmin(RecordAdmin):
    viewset = InvoiceViewSet
    list_display = ("id", "number", "client", "state", "created_at", "due_at", "total")
    list_prefetch = ("user",)
    list_filter = ("status",)
    search_fields = ("number", "=id", "user__email")
    fields = ("user_id", "number", "status", "currency_code", "due_at", "created_at")
    add_fields = ("user_id", "status", "currency_code", "due_at")
    inlines = (InvoiceItemInline, PaymentInline)
    actions_detail = ("download_pdf",)
    verbs = (
        Verb(
            CancelInvoice,
            label="Cancel",
            icon="block",
            done="The invoice is cancelled.",
            dangerous=True,
            bulk=True,
            when=lambda invoice: invoice.status == Invoice.Status.PENDING,
        ),
    )
    audited = ("items", "transactions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        lines = InvoiceItem.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
        total = lines.annotate(sum=Sum(F("price") * F("quantity"))).values("sum")
        amount = DecimalField(max_digits=17, decimal_places=2)
        found: QuerySet[Invoice] = super().get_queryset(request)
        return found.annotate(sum=Coalesce(Subquery(total), Decimal(0), output_field=amount))

    @admin.display(description="Client", ordering="user")
    def client(self, invoice: Invoice) -> str:
        return link(invoice.user)

    @admin.display(description="Status", ordering="status")
    def state(self, invoice: Invoice) -> str:
        return badge(invoice.status, STATUSES)

    @admin.display(description="Total")
    def total(self, invoice: Any) -> str:
        return money(invoice.sum, invoice.currency_code)

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
