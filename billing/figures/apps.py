from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Sums over past days, so that a year's chart need not read a year's payments."""

    name = "billing.figures"
    label = "figures"
    verbose_name = "Figures"
