"""What stands on a service's page beside its own columns: options, bills, upgrades, its server."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.api.properties import PropertyViewSet
from billing.actions.service_configs import (
    create_service_config,
    delete_service_config,
    update_service_config,
)
from billing.admin import choices
from billing.admin.states import INVOICES, PROVISIONINGS, UPGRADES, with_amounts
from billing.api.service_configs import ServiceConfigInput, ServiceConfigViewSet
from billing.models import (
    ConfigOption,
    Invoice,
    InvoiceItem,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
)
from billing.provisioning.models import Provisioning
from paymenter.actor import Actor
from paymenter.console.display import badge, day, link, money
from paymenter.console.fields import Line
from paymenter.console.history import MASK
from paymenter.console.inlines import RecordInline
from paymenter.console.panels import Panel
from paymenter.db.morph import class_name
from paymenter.jsonapi.viewset import Actions

LATEST = 20

Row = tuple[Any, ...]

_PRIVATE = ("password", "secret", "token", "key")


class ChosenValueInput(ServiceConfigInput):
    """A value tells whose it is."""

    without = frozenset({"config_option_id"})


def choose_value(*, actor: Actor, config_value_id: int, **values: Any) -> ServiceConfig:
    option = ConfigOption.objects.get(pk=config_value_id).parent_id
    return create_service_config(
        actor=actor, config_option_id=option, config_value_id=config_value_id, **values
    )


class ChosenValueViewSet(ServiceConfigViewSet):
    input = ChosenValueInput
    actions = Actions(choose_value, update_service_config, delete_service_config)


class ConfigInline(RecordInline):
    """The values that were chosen; the price stays until it is computed anew."""

    viewset = ChosenValueViewSet
    owner = "configurable_id"
    fields = ("config_value_id",)
    form_fields = {"config_value_id": choices.config_value}
    verbose_name, verbose_name_plural = "option", "options"
    hide_title = True

    def rows(self, record: Any) -> Any:
        return record.configs.order_by("pk")


def cancellation_of(service: Service) -> ServiceCancellation | None:
    """The latest; read once for a page."""
    if "_cancellation" not in service.__dict__:
        service.__dict__["_cancellation"] = service.cancellations.order_by("-pk").first()
    found: ServiceCancellation | None = service.__dict__["_cancellation"]
    return found


def _invoices(request: HttpRequest, service: Service) -> Iterator[Row]:
    upgrades = ServiceUpgrade.objects.filter(service=service)
    items = InvoiceItem.objects.filter(
        Q(reference_type=class_name(Service), reference_id=service.pk)
        | Q(reference_type=class_name(ServiceUpgrade), reference_id__in=upgrades.values("pk"))
    )
    rows = Invoice.objects.filter(pk__in=items.values("invoice_id")).order_by("-pk")
    for invoice in with_amounts(rows)[:LATEST]:
        amount = money(invoice.total_sum, invoice.currency_code)
        due = f"{invoice.due_at:%-d %b %Y}" if invoice.due_at else "-"
        yield link(invoice), badge(invoice.status, INVOICES), amount, day(invoice.created_at), due


class PropertyInline(RecordInline):
    """What the server was told of the service. Passwords and keys are neither shown nor sent."""

    viewset = PropertyViewSet
    owner = "model_id"
    fields = ("key", "value")
    verbose_name, verbose_name_plural = "property", "properties"
    form_fields = {"key": Line, "value": Line}

    def rows(self, record: Any) -> list[Any]:
        return [row for row in record.properties.order_by("pk") if not _is_private(row.key)]

    def known(self, record: Any) -> dict[str, Any]:
        return {"model_type": class_name(Service), "model_id": record.pk}


def _is_private(key: str | None) -> bool:
    return any(word in (key or "").lower() for word in _PRIVATE)


def _secrets(request: HttpRequest, service: Service) -> Iterator[Row]:
    for row in service.properties.order_by("pk"):
        if _is_private(row.key):
            yield row.name or row.key, MASK


def _upgrades(request: HttpRequest, service: Service) -> Iterator[Row]:
    rows = service.upgrades.order_by("-pk").select_related("product", "plan", "invoice")
    for row in rows[:LATEST]:
        to = f"{row.product}, {choices.plan_words(row.plan)}"
        yield (
            link(row, to),
            badge(row.status, UPGRADES),
            link(row.invoice),
            day(row.created_at),
        )


def _provisionings(request: HttpRequest, service: Service) -> Iterator[Row]:
    rows = Provisioning.objects.filter(service_id=service.pk).order_by("-pk")
    for row in rows[:LATEST]:
        name = row.get_action_display()
        state = badge(row.status, PROVISIONINGS)
        yield link(row, name), state, row.attempts, row.error or "-", day(row.created_at)


PANELS = (
    Panel("Invoices", "invoices", ("Invoice", "Status", "Total", "Issued", "Due"), _invoices),
    Panel("Secrets of the server", "properties", ("Name", "Value"), _secrets),
    Panel("Upgrades", "service_upgrades", ("To", "Status", "Invoice", "Ordered"), _upgrades),
    Panel(
        "Server",
        "provisionings",
        ("What", "Status", "Attempts", "Error", "Asked for"),
        _provisionings,
    ),
)
