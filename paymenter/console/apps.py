from django.apps import AppConfig


class PagesConfig(AppConfig):
    """What staff keep of the console for themselves: an app of its own, as migrations belong to
    apps and those of `paymenter` are Laravel's."""

    name = "paymenter.console"
    label = "console"
    verbose_name = "Console"
