"""What the next period of a service costs (docs/pricing.md, Renewals).

The price kept in the service counts: it was agreed. Only where a coupon for a number of periods
(2 or more) has run out it is computed anew, without the coupon. Paymenter computes it at the wrong
period, with the discount still on, and never again; a price that is still that discounted one is
put right whenever it is met.
"""

from decimal import Decimal

from accounts.actions.records import change_record
from billing.actions.explanations import periods_of
from billing.actions.service_prices import calculated_price, terms_of
from billing.models import Service
from paymenter.actor import Actor


def renewal_price(service: Service, *, actor: Actor) -> Decimal:
    """For one unit; stored where it changes. `service` is locked. Raises Refused where the price
    that is to be computed is missing from the catalogue."""
    coupon = service.coupon
    if coupon is None or (coupon.recurring or 0) < 2:  # 0 is for ever, 1 was never in the price
        return service.price
    period = periods_of(service) + 1
    if terms_of(coupon).discounts(period):
        return service.price
    just_ended = period == (coupon.recurring or 0) + 1
    if just_ended or service.price == calculated_price(service, discounted=True):
        change_record(service, {"price": calculated_price(service, discounted=False)}, actor=actor)
    return service.price
