from django.apps import AppConfig


class ExplanationsConfig(AppConfig):
    """How amounts came about: a table of ours beside Paymenter's invoice items."""

    name = "billing.explanations"
    label = "explanations"
    verbose_name = "Explanations"
