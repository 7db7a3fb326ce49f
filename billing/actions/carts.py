"""Carts: what a client collects before he orders (Paymenter: Cart, CartItem).

A cart is found by its ulid, which only its owner's browser knows. The currency is that of the
cart and stays while it has items.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import User
from billing.actions.coupon_checks import check_coupon, find_coupon
from billing.actions.lines import Discount, Lines, Wanted, priced
from billing.models import Cart, CartItem, Currency, Product
from paymenter import options, ulids
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.jobs import job
from paymenter.rate_limits import Limit

MOST_ITEMS = 15
KEPT = timedelta(days=30)
PURGED_AT_ONCE = 500
MOST_UNITS = 100_000

FULL = f"A cart holds {MOST_ITEMS} items at most: order these first."
ONCE = "This product is in the cart already and can be ordered only once."
TOO_FAST = "You are adding items too quickly: wait a minute."
TOO_OFTEN = "Too many coupons were tried: wait a minute."
HAS_COUPON = "The cart has a coupon already: remove it first."
NO_COUPON = "The cart has no coupon."
NO_DISCOUNT = "The coupon takes nothing off what is in the cart."
LOCKED = "The currency cannot be changed while there is something in the cart."
NO_CURRENCY = "There is no such currency."
TOO_MANY = "So many cannot be ordered at once."

ADDS = Limit("cart-add", 10, 60)
TRIES = Limit("coupon", 5, 60)


def find_cart(ulid: str | None, user: User | None) -> Cart | None:
    """None also where somebody else is logged in than the cart's owner."""
    cart = Cart.objects.filter(ulid=ulid).first() if ulid else None
    if cart is None or user is None:
        return cart
    return cart if cart.user_id in (None, user.pk) else None


@transaction.atomic
def open_cart(*, user: User | None, currency_code: str | None, actor: Actor) -> Cart:
    """A new one; in the installation's currency unless said."""
    values = {
        "ulid": ulids.new(),
        "user_id": getattr(user, "pk", None),
        "currency_code": currency_code or options.get("default_currency"),
    }
    return create_record(Cart, values, actor=actor)


def wanted_of(cart: Cart) -> list[Wanted]:
    """Items whose product or plan is gone are left out."""
    rows = cart.items.select_related("product", "plan").order_by("pk")
    return [_wanted(row) for row in rows if row.product and row.plan]


def lines_of(cart: Cart, user: User | None) -> Lines:
    return priced(
        wanted_of(cart),
        currency_code=cart.currency_code,
        user=user,
        discount=Discount.of(cart.coupon),
    )


@transaction.atomic
def add_item(cart: Cart, wanted: Wanted, *, actor: Actor, user: User | None = None) -> CartItem:
    """The same product twice is two items."""
    refuse_haste(actor)
    cart, product = locked(cart), wanted.product
    once = product.allow_quantity == Product.AllowQuantity.DISABLED
    if once and cart.items.filter(product=product).exists():
        raise Refused.on("product_id", ONCE)
    if cart.items.count() >= MOST_ITEMS:
        raise Refused.on("product_id", FULL)
    values = {"cart_id": cart.pk, **_columns(wanted), "quantity": wanted.quantity}
    item = create_record(CartItem, values, actor=actor)
    _recheck_coupon(cart, user, actor)
    return item


@transaction.atomic
def change_item(
    item: CartItem, wanted: Wanted, *, actor: Actor, user: User | None = None
) -> CartItem:
    """Another product, plan or choice; the quantity stays as long as the product does."""
    refuse_haste(actor)
    cart, item = locked(item.cart), locked(item)
    changes = _columns(wanted)
    if item.product_id != wanted.product.pk:
        changes["quantity"] = wanted.quantity
    change_record(item, changes, actor=actor)
    _recheck_coupon(cart, user, actor)
    return item


def set_quantity(item: CartItem, quantity: int, *, actor: Actor) -> None:
    """Only of products that are sold as many units of one service; less than one removes it."""
    product = item.product
    if product is None or product.allow_quantity != Product.AllowQuantity.COMBINED:
        return
    if quantity > MOST_UNITS:
        raise Refused.on("quantity", TOO_MANY)
    if quantity < 1:
        remove_item(item, actor=actor)
    else:
        with transaction.atomic():
            change_record(locked(item), {"quantity": quantity}, actor=actor)


@transaction.atomic
def remove_item(item: CartItem, *, actor: Actor) -> None:
    delete_record(locked(item), actor=actor)


@transaction.atomic
def apply_coupon(
    cart: Cart, code: str, *, actor: Actor, user: User | None = None, replace: bool = False
) -> None:
    """Refused where it may not be used, or takes nothing off what is in the cart."""
    cart = locked(cart)
    if cart.coupon_id and not replace:
        raise Refused.on("coupon", HAS_COUPON)
    if not TRIES.hit(actor.ip_address).allowed:
        raise Refused.on("coupon", TOO_OFTEN)
    coupon = locked(find_coupon(code))
    wanted = wanted_of(cart)
    discount = check_coupon(coupon, user=user, product_ids=[each.product.pk for each in wanted])
    lines = priced(wanted, currency_code=cart.currency_code, user=user, discount=discount)
    if wanted and not lines.is_discounted:
        raise Refused.on("coupon", NO_DISCOUNT)
    change_record(cart, {"coupon_id": coupon.pk}, actor=actor)


@transaction.atomic
def remove_coupon(cart: Cart, *, actor: Actor) -> None:
    cart = locked(cart)
    if not cart.coupon_id:
        raise Refused.on("coupon", NO_COUPON)
    change_record(cart, {"coupon_id": None}, actor=actor)


@transaction.atomic
def switch_currency(cart: Cart | None, currency_code: str, *, actor: Actor) -> None:
    """Of a cart without items; a visitor without a cart may choose any."""
    if not Currency.objects.filter(pk=currency_code).exists():
        raise Refused.on("currency", NO_CURRENCY)
    if cart is None:
        return
    cart = locked(cart)
    if cart.items.exists():
        raise Refused.on("currency", LOCKED)
    change_record(cart, {"currency_code": currency_code}, actor=actor)


@job(deadline=600)
def purge_carts() -> None:
    """Deletes carts that were left alone for as long as their cookie lasts. Paymenter keeps them
    for ever, so that the first time may find many: a part at a time."""
    before = fields.now() - KEPT
    busy = CartItem.objects.filter(cart=OuterRef("pk"), updated_at__gte=before)
    left = Cart.objects.filter(updated_at__lt=before).exclude(Exists(busy)).order_by("pk")
    while ids := list(left.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        Cart.objects.filter(pk__in=ids).delete()


def refuse_haste(actor: Actor) -> None:
    caller = f"user:{actor.user_id}" if actor.user_id else actor.ip_address
    if not ADDS.hit(caller).allowed:
        raise Refused(TOO_FAST)


def _wanted(item: CartItem) -> Wanted:
    assert item.product is not None
    assert item.plan is not None
    return Wanted(
        product=item.product,
        plan=item.plan,
        quantity=item.quantity,
        choices=item.config_options or (),
        fields=item.checkout_config or {},
        item_id=item.pk,
    )


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "product_id": wanted.product.pk,
        "plan_id": wanted.plan.pk,
        "config_options": list(wanted.choices),
        "checkout_config": dict(wanted.fields) or [],  # as PHP writes an empty map
    }


def _recheck_coupon(cart: Cart, user: User | None, actor: Actor) -> None:
    """A coupon that no longer holds, or takes nothing off any more, is dropped."""
    coupon = cart.coupon
    if coupon is None:
        return
    wanted = wanted_of(cart)
    try:
        discount = check_coupon(coupon, user=user, product_ids=[w.product.pk for w in wanted])
    except Refused:
        discount = None
    lines = priced(wanted, currency_code=cart.currency_code, user=user, discount=discount)
    if not lines.is_discounted:
        change_record(cart, {"coupon_id": None}, actor=actor)
