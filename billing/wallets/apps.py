from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """What explains each balance: an app of its own, as migrations belong to apps and those of
    `billing` are Laravel's."""

    name = "billing.wallets"
    label = "wallets"
    verbose_name = "Credit ledger"
