from django.contrib import admin

from billing.api.gateways import GatewayViewSet
from billing.models import Gateway
from paymenter.console.records import RecordAdmin


@admin.register(Gateway)
class GatewayAdmin(RecordAdmin):
    viewset = GatewayViewSet
    list_display = ("name", "extension", "enabled")
    search_fields = ("name",)
    fields = ("name", "extension", "enabled")
