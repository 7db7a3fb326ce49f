from typing import ClassVar

from django.contrib import admin

from billing.admin.extension_pages import ExtensionAdmin
from billing.api.server_commands import TestServer
from billing.api.servers import ServerViewSet
from billing.models import Server
from billing.rules.extension_settings import SERVERS
from paymenter.console.verbs import Verb


@admin.register(Server)
class ServerAdmin(ExtensionAdmin):
    viewset = ServerViewSet
    catalogue = SERVERS
    help_texts: ClassVar = {
        "name": "What staff call it.",
        "enabled": "Off: nothing new is made on it.",
    }
    verbs = (
        Verb(
            TestServer,
            label="Test connection",
            icon="lan",
            done="The server answers and takes these settings.",
        ),
    )
