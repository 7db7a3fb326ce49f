from django.apps import AppConfig


class TokensConfig(AppConfig):
    """The one table that people's own tokens need: an app of its own, as migrations belong to apps
    and those of `accounts` are Laravel's."""

    name = "accounts.tokens"
    label = "tokens"
    verbose_name = "Tokens"
