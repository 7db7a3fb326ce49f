"""Whether a coupon may be used (Paymenter: Cart.validateCoupon); the first reason that it may not.

Uses are counted by service, whatever became of it; units do not count.
"""

from collections.abc import Iterable

from accounts.models import User
from billing.actions.lines import Discount
from billing.models import Coupon, Service
from billing.rules.coupons import limit_reached
from paymenter.db import fields
from paymenter.errors import Refused

UNKNOWN = "There is no coupon with this code."
EXPIRED = "The coupon has expired."
NOT_YET = "The coupon is not valid yet."
USED_UP = "The coupon has been used as often as it may be."
USED_UP_BY_USER = "You have used this coupon as often as you may."
NOT_FOR_THESE = "The coupon is for nothing in the cart."


def find_coupon(code: str) -> Coupon:
    """As the database compares: without regard to case, accents and blanks at the end."""
    coupon = Coupon.objects.filter(code=code).order_by("pk").first() if code else None
    if coupon is None:
        raise Refused.on("coupon", UNKNOWN)
    return coupon


def check_coupon(coupon: Coupon, *, user: User | None, product_ids: Iterable[int]) -> Discount:
    """Raises Refused. For the limits to hold until the services exist, lock the coupon before."""
    discount, now = Discount.of(coupon), fields.now()
    assert discount is not None
    if coupon.expires_at and coupon.expires_at < now:
        raise Refused.on("coupon", EXPIRED)
    if coupon.starts_at and coupon.starts_at > now:
        raise Refused.on("coupon", NOT_YET)
    _check_limits(coupon, user, 1)
    if discount.products and not discount.products & set(product_ids):
        raise Refused.on("coupon", NOT_FOR_THESE)
    return discount


def check_uses(coupon: Coupon, *, user: User | None, more: int) -> None:
    """Raises Refused where `more` services would be too many."""
    _check_limits(coupon, user, more)


def _check_limits(coupon: Coupon, user: User | None, more: int) -> None:
    uses = Service.objects.filter(coupon=coupon)
    if coupon.max_uses and limit_reached(uses.count(), coupon.max_uses, more):
        raise Refused.on("coupon", USED_UP)
    most = coupon.max_uses_per_user
    if user and most and limit_reached(uses.filter(user=user).count(), most, more):
        raise Refused.on("coupon", USED_UP_BY_USER)
