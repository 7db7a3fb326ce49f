from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Two tables of our own, in an app of their own, as migrations belong to apps and those of
    `accounts` are Laravel's."""

    name = "accounts.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
