from django.apps import AppConfig


class EnvelopesConfig(AppConfig):
    """One table of our own, in an app of its own, as migrations belong to apps and those of
    `accounts` are Laravel's."""

    name = "accounts.envelopes"
    label = "envelopes"
    verbose_name = "Envelopes"
