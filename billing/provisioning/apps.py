from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    """The one table behind the calls of server modules: an app of its own, as migrations belong to
    apps and those of `billing` are Laravel's."""

    name = "billing.provisioning"
    label = "provisioning"
    verbose_name = "Provisioning"
