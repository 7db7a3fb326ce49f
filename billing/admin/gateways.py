from typing import ClassVar

from django.contrib import admin

from billing.admin.extension_pages import ExtensionAdmin
from billing.api.gateways import GatewayViewSet
from billing.models import Gateway
from billing.rules.extension_settings import GATEWAYS


@admin.register(Gateway)
class GatewayAdmin(ExtensionAdmin):
    viewset = GatewayViewSet
    catalogue = GATEWAYS
    help_texts: ClassVar = {
        "name": "What clients read when they pay.",
        "enabled": "Off: nobody can pay with it; what was paid stays.",
    }
