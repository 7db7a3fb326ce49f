from django.apps import AppConfig


class AnchorsConfig(AppConfig):
    """The day of the month on which a service is billed: a table of ours beside services."""

    name = "billing.anchors"
    label = "anchors"
    verbose_name = "Billing days"
