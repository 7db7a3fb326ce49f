from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.links import set_links
from billing.models import Coupon, CouponProduct
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused


@transaction.atomic
def create_coupon(*, actor: Actor, products: Any = (), **values: Any) -> Coupon:
    coupon = create_record(Coupon, values, actor=actor)
    _set_products(coupon, products, actor=actor)
    return coupon


@transaction.atomic
def update_coupon(coupon: Coupon, *, actor: Actor, products: Any = None, **changes: Any) -> Coupon:
    """Services keep their price until it is computed anew."""
    coupon = locked(coupon)
    change_record(coupon, changes, actor=actor)
    if products is not None:
        _set_products(coupon, products, actor=actor)
    return coupon


@transaction.atomic
def delete_coupon(coupon: Coupon, *, actor: Actor) -> None:
    """Refused where services have it: they would lose the discount without a word."""
    coupon = locked(coupon)
    if coupon.services.exists():
        raise Refused("Services have the coupon: set its expires_at to end it.")
    _set_products(coupon, (), actor=actor)
    delete_record(coupon, actor=actor)


def _set_products(coupon: Coupon, ids: Any, *, actor: Actor) -> None:
    set_links(CouponProduct, {"coupon_id": coupon.pk}, "product_id", ids, actor=actor)
