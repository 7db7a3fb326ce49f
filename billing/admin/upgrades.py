from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from billing.actions.explanations import explanation_of
from billing.admin import choices
from billing.admin.states import UPGRADES
from billing.api.service_upgrades import ServiceUpgradeViewSet
from billing.models import ServiceUpgrade
from paymenter.actor import Actor
from paymenter.console.display import badge, day, link
from paymenter.console.panels import Panel
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb
from paymenter.jsonapi.commands import Command


def _words(request: HttpRequest, upgrade: ServiceUpgrade) -> Iterator[tuple[Any, ...]]:
    for line in explanation_of(upgrade)["words"]:
        yield (line,)


def _options(request: HttpRequest, upgrade: ServiceUpgrade) -> Iterator[tuple[Any, ...]]:
    for row in upgrade.configs.order_by("pk").prefetch_related("config_option", "config_value"):
        yield row.config_option.name, row.config_value.name


class CancelUpgrade(Command):
    """As `PATCH service-upgrades/{id}` with the status `cancelled`."""

    resource = ServiceUpgradeViewSet.resource
    path = ""
    summary = "Cancel an upgrade that is not paid"
    more = "Its invoice is cancelled too."

    def carry_out(self, record: ServiceUpgrade, values: Any, actor: Actor) -> ServiceUpgrade:
        update = ServiceUpgradeViewSet.actions.update
        assert update is not None
        cancelled = ServiceUpgrade.Status.CANCELLED.value
        return update(record, actor=actor, status=cancelled)  # type: ignore[no-any-return]


@admin.register(ServiceUpgrade)
class ServiceUpgradeAdmin(RecordAdmin):
    """Ordered on the page of the service, or by clients."""

    viewset = ServiceUpgradeViewSet
    list_display = ("id", "what", "client", "to", "state", "bill", "ordered")
    list_prefetch = ("service__user", "service__product", "product", "plan", "invoice")
    list_filter = (("status", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("=id", "=service__id", "service__user__email")
    search_help_text = "By id, the service's id, or the client's e-mail address"
    fields = ("what", "client", "to", "state", "bill", "ordered")
    readonly_fields = fields
    panels = (
        Panel("Options", "service_upgrades", ("Option", "Becomes"), _options),
        Panel("How the amount came about", "service_upgrades", (), _words),
    )
    verbs = (
        Verb(
            CancelUpgrade,
            "Cancel",
            "block",
            done="The upgrade is cancelled.",
            dangerous=True,
            bulk=True,
            when=lambda upgrade: upgrade.status == ServiceUpgrade.Status.PENDING,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Service", ordering="service")
    def what(self, upgrade: ServiceUpgrade) -> str:
        service = upgrade.service
        return link(service, service.label or str(service.product or service))

    @admin.display(description="Client")
    def client(self, upgrade: ServiceUpgrade) -> str:
        return link(upgrade.service.user)

    @admin.display(description="Becomes")
    def to(self, upgrade: ServiceUpgrade) -> str:
        return f"{upgrade.product}, {choices.plan_words(upgrade.plan)}"

    @admin.display(description="Status", ordering="status")
    def state(self, upgrade: ServiceUpgrade) -> str:
        return badge(upgrade.status, UPGRADES)

    @admin.display(description="Invoice")
    def bill(self, upgrade: ServiceUpgrade) -> str:
        return link(upgrade.invoice)

    @admin.display(description="Ordered", ordering="created_at")
    def ordered(self, upgrade: ServiceUpgrade) -> str:
        return day(upgrade.created_at)
