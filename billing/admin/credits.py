from django.contrib import admin

from billing.api.credits import CreditViewSet
from billing.models import Credit
from paymenter.console.records import RecordAdmin


@admin.register(Credit)
class CreditAdmin(RecordAdmin):
    viewset = CreditViewSet
    list_display = ("user", "currency_code", "amount", "updated_at")
    list_prefetch = ("user",)
    search_fields = ("user__email",)
