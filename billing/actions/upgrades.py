"""Upgrades: another product or other options for the rest of the period and from then on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record
from billing.actions.explanations import explain, explain_all
from billing.actions.invoices import create_invoice, update_invoice
from billing.actions.upgrade_completion import complete_upgrade
from billing.actions.upgrade_quotes import (
    NOT_UPGRADABLE,
    Quote,
    is_upgradable,
    quote,
    quote_of_upgrade,
)
from billing.actions.wallets import Kind, Wallet, Why
from billing.models import (
    Invoice,
    InvoiceTransaction,
    Product,
    Service,
    ServiceConfig,
    ServiceUpgrade,
)
from billing.rules.descriptions import LONGEST
from paymenter import options
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked
from paymenter.db.morph import class_name
from paymenter.errors import Refused

DUE_IN = timedelta(days=7)

NOT_OPEN = "Only a pending upgrade can be cancelled."
PARTLY_PAID = "A payment for the upgrade has been made or is under way."

_Status = ServiceUpgrade.Status
_MONEY = (InvoiceTransaction.Status.SUCCEEDED, InvoiceTransaction.Status.PROCESSING)


@transaction.atomic
def update_upgrade(upgrade: ServiceUpgrade, *, actor: Actor, status: str = "") -> ServiceUpgrade:
    """Cancels it with its invoice, as the daily run does with one that nobody paid in time."""
    if not status:
        return upgrade
    invoice = Invoice.objects.select_for_update().filter(pk=upgrade.invoice_id or 0).first()
    upgrade = locked(upgrade)
    if status == upgrade.status:
        return upgrade
    if upgrade.status != _Status.PENDING or status != _Status.CANCELLED:
        raise Refused.on("status", NOT_OPEN)
    if invoice and invoice.transactions.filter(status__in=_MONEY).exists():
        raise Refused.on("status", PARTLY_PAID)
    change_record(upgrade, {"status": status}, actor=actor)
    if invoice and invoice.status == Invoice.Status.PENDING:
        update_invoice(invoice, actor=actor, status=Invoice.Status.CANCELLED)
    return upgrade


@transaction.atomic
def reprice_upgrade(upgrade: ServiceUpgrade) -> Decimal | None:
    """Gives the line of an open upgrade what it costs today, of which the explanation tells (no
    audit, as in Paymenter). None where money has come or nothing would be left to pay: the price
    then stays.
    """
    invoice = Invoice.objects.select_for_update().filter(pk=upgrade.invoice_id or 0).first()
    if invoice is None or invoice.status != Invoice.Status.PENDING:
        return None
    if invoice.transactions.filter(status__in=_MONEY).exists():
        return None
    asked = quote_of_upgrade(upgrade)
    if asked.amount <= 0:
        return None
    own = {"reference_type": class_name(ServiceUpgrade), "reference_id": upgrade.pk}
    for item in invoice.items.filter(**own).exclude(price=asked.amount):
        invoice.items.filter(pk=item.pk).update(price=asked.amount, updated_at=fields.now())
        explain_all([(upgrade, asked.explanation), (item, asked.explanation)])
    return asked.amount


@dataclass(frozen=True, slots=True)
class OrderedUpgrade:
    """Carried out at once where `invoice` is None; `credited` is what the client got back then."""

    upgrade: ServiceUpgrade
    quote: Quote
    invoice: Invoice | None = None
    credited: Decimal = Decimal(0)


@transaction.atomic
def order_upgrade(
    service: Service, product: Product | None, choices: Mapping[int, Any], *, actor: Actor
) -> OrderedUpgrade:
    """Another product, or None to keep it, with values by the id of their option.

    What is to be paid becomes an invoice that carries it out once it is paid. Otherwise it is done
    at once, and what is left becomes credit of the service's owner (setting credits_on_downgrade).
    """
    service = locked(service)
    if not is_upgradable(service):
        raise Refused(NOT_UPGRADABLE)
    asked = quote(service, product, choices)
    upgrade = _create(asked, actor)
    if asked.amount > 0:
        return OrderedUpgrade(upgrade, asked, _bill(upgrade, asked, actor))
    explain(upgrade, asked.explanation)
    upgrade = complete_upgrade(upgrade, actor=actor)
    return OrderedUpgrade(upgrade, asked, credited=_give_back(asked, actor))


def _create(asked: Quote, actor: Actor) -> ServiceUpgrade:
    values = {
        "service_id": asked.service.pk,
        "product_id": asked.wanted.product.pk,
        "plan_id": asked.wanted.plan.pk,
    }
    upgrade = create_record(ServiceUpgrade, values, actor=actor)
    owner = {"configurable_id": upgrade.pk, "configurable_type": class_name(ServiceUpgrade)}
    for option_id, value_id in asked.chosen.items():
        chosen = {"config_option_id": option_id, "config_value_id": value_id}
        create_record(ServiceConfig, {**chosen, **owner}, actor=actor)
    return upgrade


def _bill(upgrade: ServiceUpgrade, asked: Quote, actor: Actor) -> Invoice:
    """One line over all units: its price is the amount."""
    item = {
        "description": f"Upgrade {asked.exchange.old} to {asked.exchange.new}"[:LONGEST],
        "price": asked.amount,
        "quantity": 1,
        "reference_id": upgrade.pk,
        "reference_type": class_name(ServiceUpgrade),
    }
    invoice = create_invoice(
        actor=actor,
        items=[item],
        explained=[asked.explanation],
        currency_code=asked.service.currency_code,
        status=Invoice.Status.PENDING.value,
        due_at=fields.now() + DUE_IN,
        user_id=asked.service.user_id,
    )
    change_record(upgrade, {"invoice_id": invoice.pk}, actor=actor)
    explain(upgrade, asked.explanation)
    return invoice


def _give_back(asked: Quote, actor: Actor) -> Decimal:
    if asked.amount >= 0 or not options.flag("credits_on_downgrade", True):
        return Decimal(0)
    service = asked.service
    why = Why(Kind.DOWNGRADE, actor, reason=f"Upgrade of service {service.pk}")
    Wallet(service.user_id, service.currency_code).move(-asked.amount, why)
    return -asked.amount
