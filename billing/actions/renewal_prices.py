"""What the next period of a service costs (docs/pricing.md, Renewals).

The price kept in the service counts: it was agreed. Only where a coupon for a number of periods
(2 or more) has run out it is computed anew, without the coupon. Paymenter computes it at the wrong
period, with the discount still on, and never again; a price that is still that discounted one is
put right whenever it is met.
"""

from accounts.actions.records import change_record
from billing.actions.explanations import periods_of
from billing.actions.lines import Discount
from billing.actions.unit_prices import UnitPrice, configuration_of, unit_price
from billing.models import Coupon, Service
from billing.rules.explanations import Part
from paymenter.actor import Actor

AGREED = "Price agreed for the service"
WITH_COUPON = "Price agreed for the service, with coupon {}"
FIRST_ONLY = (None, 1)  # such a coupon was never in the price


def renewal_price(service: Service, *, actor: Actor) -> UnitPrice:
    """Stored in the service where it changes. `service` is locked. Raises Refused where the price
    that is to be computed is missing from the catalogue."""
    coupon = service.coupon
    if coupon is None or coupon.recurring in FIRST_ONLY:
        return _agreed(service)
    if not coupon.recurring:  # for ever
        return _agreed(service, coupon)
    period = periods_of(service) + 1
    if Discount(coupon).terms.discounts(period):
        return _agreed(service, coupon)
    wanted = configuration_of(service)
    just_ended = period == coupon.recurring + 1
    if just_ended or service.price == unit_price(service, wanted, period=1).amount:
        price = unit_price(service, wanted, period=period)
        change_record(service, {"price": price.amount}, actor=actor)
        return price
    return _agreed(service)


def _agreed(service: Service, coupon: Coupon | None = None) -> UnitPrice:
    name = WITH_COUPON.format(coupon.code) if coupon else AGREED
    return UnitPrice((Part(name, service.price),))
