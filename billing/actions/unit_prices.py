"""What one unit of a service costs for one period, by the catalogue of today and its own choices.

The tax is on top where taxes are exclusive; the coupon is taken from what is then to be paid, as
when it was ordered. Setup fees are not part of it (Paymenter: Service.calculatePrice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.actions.explanations import periods_of
from billing.actions.lines import Discount
from billing.actions.price_lists import PriceList
from billing.actions.taxation import Taxation
from billing.models import ConfigOption, Plan, Product, Service
from billing.rules import explanations
from billing.rules.explanations import CouponFact, Part, Tax
from paymenter.errors import Refused

NO_PRICE = "The plan has no price in {}: add one, or choose another plan."

Values = Mapping[int, int]  # ids of values by that of their option


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a service is, or would be."""

    product: Product
    plan: Plan
    values: Values


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit costs, and what that is made of."""

    parts: tuple[Part, ...]
    tax: Tax | None = None
    coupon: CouponFact | None = None

    @property
    def amount(self) -> Decimal:
        return explanations.unit_price(self.parts, self.tax, self.coupon)


def configuration_of(service: Service) -> Configuration:
    """Raises Refused where the product or the plan is gone."""
    if service.product is None or service.plan is None:
        raise Refused(NO_PRICE.format(service.currency_code))
    return Configuration(service.product, service.plan, values_of(service))


def values_of(service: Service) -> dict[int, int]:
    rows = service.configs.all().order_by("pk")
    return dict(rows.values_list("config_option_id", "config_value_id"))


def unit_price(service: Service, wanted: Configuration, *, period: int) -> UnitPrice:
    """For the `period`-th period of the service, if it were configured so. A value that is not
    sold for the plan's period counts nothing; raises Refused for a plan without price."""
    rows = ConfigOption.objects.filter(pk__in=wanted.values.values())
    values = list(rows.select_related("parent").order_by("pk"))
    prices = PriceList(service.currency_code, [wanted.product, *values])
    offer = prices.offer(wanted.plan)
    if not offer.available:
        raise Refused(NO_PRICE.format(service.currency_code))
    plan = wanted.plan
    parts = [Part(plan.name or str(plan.type), offer.charge.price)]
    for value in values:
        offer = prices.offer_for(value, plan.billing_period, plan.billing_unit)
        parts.append(Part(_name(value), offer.charge.price))
    tax = Taxation.of(service.user).fact
    return UnitPrice(tuple(parts), tax, _coupon(service, wanted.product, period))


def recalculated_price(service: Service) -> Decimal:
    """Of the next period."""
    period = periods_of(service) + 1
    return unit_price(service, configuration_of(service), period=period).amount


def _name(value: ConfigOption) -> str:
    return f"{value.parent.name} {value.name}" if value.parent else str(value.name)


def _coupon(service: Service, product: Product, period: int) -> CouponFact | None:
    discount = Discount.of(service.coupon)
    if discount is None or not discount.is_for(product.pk):
        return None
    return discount.fact if discount.terms.discounts(period) else None
