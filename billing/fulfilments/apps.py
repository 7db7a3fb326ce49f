from django.apps import AppConfig


class FulfilmentsConfig(AppConfig):
    """What was paid for and whether it was given: an app of its own, as migrations belong to apps
    and those of `billing` are Laravel's."""

    name = "billing.fulfilments"
    label = "fulfilments"
    verbose_name = "Fulfilment"
