from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Credit notes and refunds, which Paymenter lacks: an app of its own, as migrations belong to
    apps and those of `billing` are Laravel's."""

    name = "billing.corrections"
    label = "corrections"
    verbose_name = "Credit notes and refunds"
