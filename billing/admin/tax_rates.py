from typing import ClassVar

from django.contrib import admin

from billing.actions.taxes import EVERYWHERE
from billing.api.tax_rates import TaxRateViewSet
from billing.models import TaxRate
from paymenter.console.fields import Choice
from paymenter.console.records import RecordAdmin
from paymenter.seed.countries import COUNTRIES


def _country() -> Choice:
    named = sorted(COUNTRIES.items(), key=lambda each: each[1])
    return Choice(lambda: [(EVERYWHERE, "All other countries"), *named])


@admin.register(TaxRate)
class TaxRateAdmin(RecordAdmin):
    viewset = TaxRateViewSet
    list_display = ("name", "percent", "place")
    search_fields = ("name", "country")
    ordering = ("country",)
    form_fields: ClassVar = {"country": _country}
    labels: ClassVar = {"rate": "Percent"}
    help_texts: ClassVar = {
        "name": "As it stands on the invoice, such as VAT.",
        "country": "Of the client. There is one rate for each country.",
    }

    @admin.display(description="Rate", ordering="rate")
    def percent(self, tax: TaxRate) -> str:
        return f"{tax.rate} %"

    @admin.display(description="Country", ordering="country")
    def place(self, tax: TaxRate) -> str:
        everywhere = tax.country == EVERYWHERE
        return "All other countries" if everywhere else COUNTRIES.get(tax.country, tax.country)
