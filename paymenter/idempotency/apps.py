from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """The one table behind `Idempotency-Key`: an app of its own, as migrations belong to apps and
    those of `paymenter` are Laravel's."""

    name = "paymenter.idempotency"
    label = "idempotency"
    verbose_name = "Idempotency"
