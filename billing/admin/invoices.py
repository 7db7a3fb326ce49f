from django.contrib import admin
from unfold.admin import TabularInline

from billing.models import Invoice, InvoiceItem
from paymenter.console import ModelAdmin, ReadOnly


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
