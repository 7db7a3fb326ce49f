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
from billing.rules.prices import Charge, Price
from paymenter.errors import Refused
from paymenter.rounding import rounded

NO_PRICE = "The plan has no price in {}: add one, or choose another plan."

Values = Mapping[int, int]  # ids of values by that of their option


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a service is, or would be."""

    product: Product
    plan: Plan
    values: Values


def configuration_of(service: Service) -> Configuration:
    """Raises Refused where the product or the plan is gone."""
    if service.product is None or service.plan is None:
        raise Refused(NO_PRICE.format(service.currency_code))
    return Configuration(service.product, service.plan, values_of(service))


def values_of(service: Service) -> dict[int, int]:
    rows = service.configs.all().order_by("pk")
    return dict(rows.values_list("config_option_id", "config_value_id"))


def unit_price(service: Service, wanted: Configuration, *, period: int) -> Decimal:
    """For the `period`-th period of the service, if it were configured so. A value that is not
    sold for the plan's period counts nothing; raises Refused for a plan without price."""
    values = list(ConfigOption.objects.filter(pk__in=wanted.values.values()))
    prices = PriceList(service.currency_code, [wanted.product, *values])
    offer = prices.offer(wanted.plan)
    if not offer.available:
        raise Refused(NO_PRICE.format(service.currency_code))
    plan = wanted.plan
    offers = [prices.offer_for(value, plan.billing_period, plan.billing_unit) for value in values]
    charges = [Charge(each.charge.price) for each in (offer, *offers)]
    price = Taxation.of(service.user).price(*charges)
    return rounded(_discounted(price, service, wanted.product, period).price)


def recalculated_price(service: Service) -> Decimal:
    """Of the next period."""
    return unit_price(service, configuration_of(service), period=periods_of(service) + 1)


def _discounted(price: Price, service: Service, product: Product, period: int) -> Price:
    discount = Discount.of(service.coupon)
    if discount is None or not discount.is_for(product.pk):
        return price
    return price.less(discount.terms) if discount.terms.discounts(period) else price
