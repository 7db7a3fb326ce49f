"""What server modules are told of a service (Paymenter: ExtensionHelper.getServiceProperties)."""

from typing import Any

from django.db import transaction

from accounts.models import Property
from billing.models import Product, Server, Service
from billing.servers import base
from paymenter import options, plugins
from paymenter.db.morph import class_name

NO_SERVER = "The server of the product was deleted: choose another one for the product."
NO_MODULE = "There is no server module named {}: install it, or choose another server."


class NotInstalled(base.ServerError):
    """There is no module to ask; only staff can help."""


def module_of(service: Service) -> base.Server:
    """Raises ServerError where there is none."""
    return module_for(service.product)


def module_for(product: Product | None) -> base.Server:
    """Raises NotInstalled."""
    server = Server.objects.filter(pk=product.server_id or 0).first() if product else None
    if server is None:
        raise NotInstalled(NO_SERVER, permanent=True)
    return module_of_server(server)


def module_of_server(server: Server) -> base.Server:
    """Raises NotInstalled."""
    module = plugins.servers.find(server.extension)
    if module is None:
        raise NotInstalled(NO_MODULE.format(server.extension), permanent=True)
    made: base.Server = module(options.owned_by(class_name(Server), server.pk))
    return made


def subject_of(service: Service) -> base.Subject:
    user = service.user
    return base.Subject(
        service_id=service.pk,
        status=service.status,
        quantity=service.quantity,
        label=service.label or f"{service.product.name if service.product else ''} #{service.pk}",
        client=base.Client(user.pk, user.first_name or "", user.last_name or "", user.email),
        settings=options.owned_by(class_name(Product), service.product_id or 0),
        properties=provider_values(service),
        remember=lambda key, value: _remember(service, key, value),
        forget=lambda key: _forget(service, key),
    )


def provider_values(service: Service) -> dict[str, Any]:
    """Properties by key, then the chosen options, which win: by `env_variable`, else as "" as in
    Paymenter; of the value its `env_variable`, else its name."""
    values: dict[str, Any] = {row.key: row.value for row in service.properties.all().order_by("pk")}
    configs = service.configs.all().select_related("config_option", "config_value").order_by("pk")
    for config in configs:
        value = config.config_value
        chosen = value.name if value.env_variable is None else value.env_variable
        values[config.config_option.env_variable or ""] = chosen
    return values


@transaction.atomic
def _remember(service: Service, key: str, value: str) -> None:
    """Not audited, as in Paymenter's workers: it may be a password."""
    mine: dict[str, Any] = {"key": key, "model_type": class_name(Service), "model_id": service.pk}
    Property.objects.update_or_create(**mine, defaults={"value": value})


def _forget(service: Service, key: str) -> None:
    service.properties.all().filter(key=key).delete()
