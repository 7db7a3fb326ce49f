from django.apps import AppConfig


class DailyConfig(AppConfig):
    """The tables of the daily run: an app of its own, as migrations belong to apps and those of
    `billing` are Laravel's."""

    name = "billing.daily"
    label = "daily"
    verbose_name = "Daily run"
