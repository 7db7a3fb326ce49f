from django.apps import AppConfig
from django.contrib.admin import apps as admin


class PaymenterConfig(AppConfig):
    name = "paymenter"
    verbose_name = "System"
    default = True

    def ready(self) -> None:
        from paymenter import options
        from paymenter.db import sqlite, zone

        sqlite.connect()
        zone.use(options.zone)


class ConsoleConfig(admin.AdminConfig):
    """The staff console in place of Django's own admin site."""

    default_site = "paymenter.console.site.Console"
    default = False
