"""What a service may become, and what that costs for the rest of its period
(Paymenter: Service.upgradable, ServiceUpgrade.calculatePrice; docs/pricing.md, Upgrades)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.actions.choices import Option, Options
from billing.actions.explanations import periods_of
from billing.actions.price_lists import PriceList
from billing.actions.unit_prices import Configuration, configuration_of, unit_price, values_of
from billing.models import (
    ConfigOptionProduct,
    Plan,
    Product,
    ProductUpgrade,
    Service,
    ServiceUpgrade,
)
from billing.rules.checkout_fields import REQUIRED, SELECTED
from billing.rules.explanations import UPGRADE, Exchange, Explanation, exchange_amount
from billing.rules.periods import days_left, days_of
from paymenter.db import fields, zone
from paymenter.errors import Refused

NOT_UPGRADABLE = "This service cannot be upgraded now."
NO_TARGET = "The service cannot become that product: choose one of its upgrades."
UNCHANGED = "Nothing was changed: choose another product or other options."

_FIRST_ONLY = (None, 1)


@dataclass(frozen=True, slots=True)
class Quote:
    """`wanted` is what the service would be, `chosen` the values that the client chose for it.
    `amount` is to be paid for the rest of the period, or given back where it is negative."""

    service: Service
    wanted: Configuration
    chosen: Mapping[int, int]
    exchange: Exchange
    amount: Decimal

    @property
    def explanation(self) -> Explanation:
        return Explanation(
            occasion=UPGRADE,
            product=self.wanted.product.name,
            plan=self.wanted.plan.name or "",
            currency=self.service.currency_code,
            quantity=self.service.quantity,
            unit=self.amount,
            amount=self.amount,
            exchange=self.exchange,
        )


def targets_of(service: Service) -> list[Product]:
    """The products that the service can become: linked, in stock, sold for the same period."""
    links = ProductUpgrade.objects.filter(product_id=service.product_id or 0)
    found = Product.objects.filter(pk__in=links.values("upgrade_id")).order_by("pk")
    products = [p for p in found if p.stock is None or p.stock >= service.quantity]
    prices = PriceList(service.currency_code, products)
    return [p for p in products if _same_period(prices.plans_of(p), service.plan)]


def upgradable_options(product: Product | None) -> list[Option]:
    options = Options([product]).of(product) if product else []
    return [option for option in options if option.row.upgradable]


def is_upgradable(service: Service) -> bool:
    if service.status != Service.Status.ACTIVE or service.plan is None or _has_pending(service):
        return False
    return bool(targets_of(service) or upgradable_options(service.product))


def quote(service: Service, product: Product | None, choices: Mapping[int, Any]) -> Quote:
    """Of another product, or None to keep it, with these values by the id of their option.

    Raises Refused. Options that are not named stay as they are.
    """
    current = _current(service)
    target = product or current.product
    if target.pk != current.product.pk and target not in targets_of(service):
        raise Refused.on("product_id", NO_TARGET)
    plan = _plan(service, target, current)
    chosen = _chosen(target, current.values, choices)
    wanted = Configuration(target, plan, {**_kept(target, current.values), **chosen})
    if target.pk == current.product.pk and dict(wanted.values) == dict(current.values):
        raise Refused(UNCHANGED)
    return quote_of(service, wanted, chosen)


def quote_of_upgrade(upgrade: ServiceUpgrade) -> Quote:
    """What an upgrade that was ordered before costs now."""
    service = upgrade.service
    chosen = dict(upgrade.configs.values_list("config_option_id", "config_value_id"))
    kept = _kept(upgrade.product, values_of(service))
    return quote_of(
        service, Configuration(upgrade.product, upgrade.plan, {**kept, **chosen}), chosen
    )


def quote_of(service: Service, wanted: Configuration, chosen: Mapping[int, int]) -> Quote:
    exchange = _exchange(service, wanted)
    return Quote(service, wanted, chosen, exchange, exchange_amount(exchange, service.quantity))


def _exchange(service: Service, wanted: Configuration) -> Exchange:
    running = max(periods_of(service), 1)
    new = unit_price(service, wanted, period=_counted(service, running)).amount
    old = service.price
    length = days_of(service.plan.billing_period, service.plan.billing_unit) if service.plan else 0
    left, past = 0, False
    if length and service.expires_at:
        today, end = zone.naive(fields.now()), zone.naive(service.expires_at)
        left, past = days_left(today=today, expires_at=end, length=length)
    length = length if service.expires_at else 0
    return Exchange(
        old=service.product.name if service.product else "",
        new=wanted.product.name,
        old_price=old,
        new_price=new,
        days_left=left,
        days=length,
        limit=Decimal(0) if past else _limit(service, running, left, length),
    )


def _counted(service: Service, running: int) -> int:
    """The price of a service never held the discount of a coupon for its first period alone: the
    new one is compared without it too."""
    coupon = service.coupon
    return running + 1 if coupon and coupon.recurring in _FIRST_ONLY else running


def _limit(service: Service, running: int, left: int, length: int) -> Decimal | None:
    """No more is given back than what the rest of the first period cost with such a coupon."""
    coupon = service.coupon
    if coupon is None or coupon.recurring not in _FIRST_ONLY or running > 1:
        return None
    paid = unit_price(service, configuration_of(service), period=1).amount * service.quantity
    return min(paid, service.price * service.quantity) * left / length if length else paid


def _current(service: Service) -> Configuration:
    if service.product is None or service.plan is None:
        raise Refused(NOT_UPGRADABLE)
    return configuration_of(service)


def _plan(service: Service, target: Product, current: Configuration) -> Plan:
    if target.pk == current.product.pk:
        return current.plan
    prices = PriceList(service.currency_code, [target])
    plans = _same_period(prices.available_plans(target), current.plan)
    if not plans:
        raise Refused.on("product_id", NO_TARGET)
    return plans[0]


def _same_period(plans: Sequence[Plan], current: Plan | None) -> list[Plan]:
    """A plan without period is no match for a service that is billed once, unless it is one too."""
    if current is None:
        return []
    period = (current.billing_period, current.billing_unit)
    same = [plan for plan in plans if (plan.billing_period, plan.billing_unit) == period]
    of_type = [plan for plan in same if plan.type == current.type]
    return of_type or same


def _chosen(target: Product, now: Mapping[int, int], choices: Mapping[int, Any]) -> dict[int, int]:
    """For each option that can be upgraded: as chosen, else as it is, else its first value."""
    found: dict[int, int] = {}
    for option in upgradable_options(target):
        if option.is_typed or option.is_checkbox or not option.values:
            continue
        preset = now.get(option.row.pk, option.values[0].pk)
        given = choices.get(option.row.pk, preset)
        if given in (None, ""):
            text = REQUIRED.format(option.row.name)
            raise Refused.on(f"options.{option.row.pk}", text)
        value = option.value(given)
        if value is None:
            raise Refused.on(f"options.{option.row.pk}", SELECTED.format(option.row.name))
        found[option.row.pk] = value.pk
    return found


def _kept(target: Product, values: Mapping[int, int]) -> dict[int, int]:
    """Of all that was chosen, what the product has too."""
    links = ConfigOptionProduct.objects.filter(product=target, config_option__in=list(values))
    options = set(links.values_list("config_option_id", flat=True))
    return {option: value for option, value in values.items() if option in options}


def _has_pending(service: Service) -> bool:
    return service.upgrades.filter(status=ServiceUpgrade.Status.PENDING).exists()
