"""How a client orders: some products, sometimes with a coupon, through a cart."""

from typing import TYPE_CHECKING, Any

from billing.actions.carts import add_item, apply_coupon, open_cart
from billing.actions.checkout import checkout
from billing.actions.lines import Wanted
from billing.models import Plan, Product
from paymenter.actor import SYSTEM
from paymenter.errors import Refused

if TYPE_CHECKING:
    from billing.tests.simulator.world import World


def order(world: "World", user: Any) -> str:
    rng = world.rng
    cart = open_cart(user=user, currency_code=rng.choice(world.shop.currencies), actor=SYSTEM)
    for _ in range(rng.choice((1, 1, 2, 3))):
        add_item(cart, _wanted(world), actor=SYSTEM, user=user)
    if world.shop.coupons and rng.random() < 0.4:
        _try_coupon(world, cart, user)
    placed = checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)
    invoice = placed.invoice.pk if placed.invoice else "none"
    return f"order {placed.order.pk}, invoice {invoice}"


def _wanted(world: "World") -> Wanted:
    plan: Plan = world.rng.choice(world.shop.plans)
    product = Product.objects.get(pk=plan.priceable_id)
    is_many = product.allow_quantity == Product.AllowQuantity.COMBINED
    return Wanted(product, plan, world.rng.choice((1, 2, 3)) if is_many else 1)


def _try_coupon(world: "World", cart: Any, user: Any) -> None:
    coupon = world.rng.choice(world.shop.coupons)
    try:
        apply_coupon(cart, coupon.code, actor=SYSTEM, user=user)
    except Refused as refused:
        world.note(f"coupon {coupon.code}: {refused}")
