"""What stands on an invoice's page beside its own columns: lines, payments, totals, corrections."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from billing.actions.documents import totals_of
from billing.actions.explanations import explanations_of
from billing.admin import choices
from billing.admin.states import REFUNDS, balance_of_row
from billing.api.invoice_items import InvoiceItemViewSet, InvoiceLineInput
from billing.api.invoice_transactions import InvoiceTransactionViewSet
from billing.corrections.models import CreditNote, Refund
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from paymenter.console.display import badge, day, link, money, to
from paymenter.console.inlines import RecordInline
from paymenter.console.panels import Panel

Row = tuple[Any, ...]


class InvoiceItemInline(RecordInline):
    """The lines of a paid invoice stay: only looked at."""

    viewset = InvoiceItemViewSet
    owner, part, part_input = "invoice_id", "items", InvoiceLineInput
    fields = ("description", "quantity", "price", "billed_for")
    readonly_fields = ("billed_for",)
    verbose_name, verbose_name_plural = "line", "lines"
    hide_title = True

    def rows(self, record: Any) -> list[InvoiceItem]:
        return lines_of(record)

    @admin.display(description="For")
    def billed_for(self, item: InvoiceItem) -> str:
        return link(item.reference) if item.pk else "-"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_paid(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_paid(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_paid(obj) and super().has_delete_permission(request, obj)


class PaymentInline(RecordInline):
    viewset = InvoiceTransactionViewSet
    owner = "invoice_id"
    fields = ("gateway_id", "transaction_id", "amount", "fee", "status", "paid_at")
    readonly_fields = ("paid_at",)
    form_fields = {"gateway_id": choices.gateway}
    verbose_name, verbose_name_plural = "payment", "payments"
    hide_title = True

    def rows(self, record: Any) -> list[InvoiceTransaction]:
        return payments_of(record)

    @admin.display(description="Recorded")
    def paid_at(self, payment: InvoiceTransaction) -> str:
        if payment._state.adding:
            return "-"
        on = day(payment.created_at)
        return f"{on}, from credit" if payment.is_credit_transaction else on


def lines_of(invoice: Invoice) -> list[InvoiceItem]:
    """Read once for a page."""
    if "_lines" not in invoice.__dict__:
        rows: Any = InvoiceItem.objects.filter(invoice=invoice).order_by("pk")
        invoice.__dict__["_lines"] = list(rows.prefetch_related("reference"))
    found: list[InvoiceItem] = invoice.__dict__["_lines"]
    return found


def payments_of(invoice: Invoice) -> list[InvoiceTransaction]:
    """Read once for a page."""
    if "_payments" not in invoice.__dict__:
        rows = InvoiceTransaction.objects.filter(invoice=invoice).order_by("pk")
        invoice.__dict__["_payments"] = list(rows)
    found: list[InvoiceTransaction] = invoice.__dict__["_payments"]
    return found


def is_paid(invoice: Any) -> bool:
    return invoice is not None and invoice.status == Invoice.Status.PAID


def _totals(request: HttpRequest, invoice: Invoice) -> Iterator[Row]:
    """As printed."""
    told = totals_of(invoice, balance_of_row(invoice))
    rows = [("Subtotal", told["subtotal"])]
    if tax := told["tax"]:
        rows.append((f"{tax['name']} {tax['rate']} %", tax["amount"]))
    rows.append(("Total", told["total"]))
    rows += [("Credit notes", f"-{told['credited']}")] if float(told["credited"]) else []
    rows += [("Paid", told["paid"]), ("Remaining", told["remaining"])]
    for name, amount in rows:
        yield name, f"{amount} {told['currency_code']}"


def _explained(request: HttpRequest, invoice: Invoice) -> Iterator[Row]:
    items = lines_of(invoice)
    found = explanations_of(items)
    for item in items:
        told = found[item.pk]
        if told["words"]:
            changed = ["The line was changed by hand since."] if told["changed_since"] else []
            yield str(item), " ".join([*told["words"], *changed])


def _notes(request: HttpRequest, invoice: Invoice) -> Iterator[Row]:
    for note in CreditNote.objects.filter(invoice_id=invoice.pk).order_by("pk"):
        pdf = reverse("admin:corrections_creditnote_download_pdf", args=[note.pk])
        file = to(pdf, "PDF")
        amount = money(note.amount, note.currency_code)
        yield link(note), amount, note.reason or "-", day(note.created_at), file


def _refunds(request: HttpRequest, invoice: Invoice) -> Iterator[Row]:
    for refund in Refund.objects.filter(invoice_id=invoice.pk).order_by("pk"):
        amount = money(refund.amount, invoice.currency_code)
        state = badge(refund.status, REFUNDS)
        told, on = refund.error or refund.reason or "-", day(refund.created_at)
        yield link(refund, amount), refund.get_method_display(), state, told, on


PANELS = (
    Panel("Totals", "invoices", (), _totals),
    Panel("How the amounts came about", "invoice_items", ("Line", "In words"), _explained),
    Panel("Credit notes", "credit_notes", ("Number", "Amount", "Reason", "Issued", "File"), _notes),
    Panel("Refunds", "refunds", ("Amount", "Method", "Status", "Told", "Asked for"), _refunds),
)
