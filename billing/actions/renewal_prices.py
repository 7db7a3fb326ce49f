"""What the next period of a service costs (docs/pricing.md, Renewals).

The price kept in the service counts: it was agreed. Only where a coupon for a number of periods
(2 or more) has run out it is computed anew, without the coupon. Paymenter computes it at the wrong
period, with the discount still on, and never again; a price that is still that discounted one is
put right whenever it is met.
"""

from decimal import Decimal

from accounts.actions.records import change_record
from billing.actions.explanations import periods_of
from billing.actions.lines import Discount
from billing.actions.unit_prices import configuration_of, unit_price
from billing.models import Service
from paymenter.actor import Actor


def renewal_price(service: Service, *, actor: Actor) -> Decimal:
    """For one unit; stored where it changes. `service` is locked. Raises Refused where the price
    that is to be computed is missing from the catalogue."""
    coupon = service.coupon
    if coupon is None or (coupon.recurring or 0) < 2:  # 0 is for ever, 1 was never in the price
        return service.price
    period = periods_of(service) + 1
    if Discount(coupon).terms.discounts(period):
        return service.price
    wanted = configuration_of(service)
    just_ended = period == (coupon.recurring or 0) + 1
    if just_ended or service.price == unit_price(service, wanted, period=1):
        change_record(service, {"price": unit_price(service, wanted, period=period)}, actor=actor)
    return service.price
