"""Carrying out an upgrade (Paymenter: ServiceUpgradeService)."""

from django.db import transaction

from accounts.actions.records import change_record, create_record
from billing.actions import provisioning
from billing.actions.explanations import explain, explanation_of
from billing.actions.stock import return_stock, take_stock
from billing.actions.unit_prices import recalculated_price
from billing.models import (
    ConfigOptionProduct,
    Invoice,
    InvoiceItem,
    Service,
    ServiceConfig,
    ServiceUpgrade,
)
from billing.rules.explanations import RENEWAL, Explanation, Part
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.db.morph import class_name
from paymenter.errors import Refused

SOLD_OUT = "The new product is sold out."

_Status = ServiceUpgrade.Status


class NoStock(Refused):
    """There is not enough left of what the service was to become."""


@transaction.atomic
def complete_upgrade(upgrade: ServiceUpgrade, *, actor: Actor) -> ServiceUpgrade:
    """What is pending, once. The old product's stock comes back, the new one's is taken; raises
    NoStock, and changes nothing, where that is gone. Options that the new product has stay."""
    service = Service.objects.select_for_update().get(pk=upgrade.service_id)
    upgrade = locked(upgrade)
    if upgrade.status != _Status.PENDING:
        return upgrade
    _move_stock(service, upgrade)
    had_server = provisioning.has_server(service)
    change_record(upgrade, {"status": _Status.COMPLETED.value}, actor=actor)
    target = {"plan_id": upgrade.plan_id, "product_id": upgrade.product_id}
    change_record(service, target, actor=actor)
    service.refresh_from_db()
    _move_options(service, upgrade, actor)
    change_record(service, {"price": recalculated_price(service)}, actor=actor)
    _reprice_open_renewal(service, actor)
    if provisioning.has_server(service):
        actions = provisioning.Action
        provisioning.request(service, actions.UPGRADE if had_server else actions.CREATE)
    events.emit(events.SERVICE_UPGRADED, service, actor=actor)
    return upgrade


def _move_stock(service: Service, upgrade: ServiceUpgrade) -> None:
    if service.product_id == upgrade.product_id:
        return
    if not take_stock(upgrade.product_id, service.quantity):
        raise NoStock(SOLD_OUT)
    return_stock(service.product_id, service.quantity)


def _move_options(service: Service, upgrade: ServiceUpgrade, actor: Actor) -> None:
    links = ConfigOptionProduct.objects.filter(product_id=upgrade.product_id)
    mine = ServiceConfig.objects.filter(
        configurable_type=class_name(Service), configurable_id=service.pk
    )
    mine.exclude(config_option_id__in=links.values("config_option_id")).delete()
    for config in upgrade.configs.order_by("pk"):
        row = mine.filter(config_option_id=config.config_option_id).order_by("pk").first()
        if row is not None:
            change_record(row, {"config_value_id": config.config_value_id}, actor=actor)
            continue
        values = {
            "configurable_type": class_name(Service),
            "configurable_id": service.pk,
            "config_option_id": config.config_option_id,
            "config_value_id": config.config_value_id,
        }
        create_record(ServiceConfig, values, actor=actor)


def _reprice_open_renewal(service: Service, actor: Actor) -> None:
    """The first invoice that still is to be paid for the service gets the new price."""
    items = InvoiceItem.objects.filter(
        reference_type=class_name(Service),
        reference_id=service.pk,
        invoice__status=Invoice.Status.PENDING,
    )
    item = items.order_by("invoice_id", "pk").first()
    if item is None or not change_record(item, {"price": service.price}, actor=actor):
        return
    told = explanation_of(item)["facts"] or {}
    explain(
        item,
        Explanation(
            occasion=RENEWAL,
            product=service.product.name if service.product else "",
            plan=str(told.get("plan", "")),
            currency=service.currency_code,
            quantity=item.quantity,
            unit=service.price,
            amount=service.price * item.quantity,
            parts=(Part("Price after the upgrade", service.price),),
        ),
    )
