from django.contrib import admin

from billing.models import Credit
from paymenter.console import ModelAdmin


@admin.register(Credit)
class CreditAdmin(ModelAdmin):
    list_display = ("user", "currency_code", "amount", "updated_at")
    search_fields = ("user__email",)
