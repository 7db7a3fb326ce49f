from django.contrib import admin

from billing.api.currencies import CurrencyViewSet
from billing.models import Currency
from paymenter.console.records import RecordAdmin


@admin.register(Currency)
class CurrencyAdmin(RecordAdmin):
    viewset = CurrencyViewSet
    list_display = ("code", "name", "prefix", "suffix", "format")
    ordering = ("code",)
