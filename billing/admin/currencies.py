from typing import ClassVar

from django.contrib import admin

from billing.api.currencies import CurrencyViewSet
from billing.models import Currency
from paymenter import options
from paymenter.console.display import GREEN, badge
from paymenter.console.records import RecordAdmin


@admin.register(Currency)
class CurrencyAdmin(RecordAdmin):
    viewset = CurrencyViewSet
    list_display = ("code", "name", "prefix", "suffix", "format", "default")
    search_fields = ("code", "name")
    ordering = ("code",)
    labels: ClassVar = {"format": "Numbers are written"}
    help_texts: ClassVar = {
        "code": "ISO 4217, such as EUR. It cannot be changed later.",
        "prefix": "Before the amount, such as $.",
        "suffix": "After the amount, such as  €.",
    }

    @admin.display(description="Default")
    def default(self, currency: Currency) -> str:
        is_default = currency.code == options.get("default_currency", "USD")
        return badge("default", {"default": GREEN}) if is_default else "-"
