from django.contrib import admin

from billing.api.tax_rates import TaxRateViewSet
from billing.models import TaxRate
from paymenter.console.records import RecordAdmin


@admin.register(TaxRate)
class TaxRateAdmin(RecordAdmin):
    viewset = TaxRateViewSet
    list_display = ("name", "rate", "country")
