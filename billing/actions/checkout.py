"""Ordering: order, services with what was chosen, invoice and stock, in one transaction
(Paymenter: Cart.checkout).

1. The user is locked, then the cart, the coupon and the products, in the order of their ids.
2. Everything is read anew and checked. 3. Stock is taken. 4. The rows are written. What costs
nothing is active at once and has no line; what is left is one invoice, due in a week.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import Sum

from accounts.actions.notifications import notify_ahead
from accounts.models import User
from billing.actions.carts import wanted_of
from billing.actions.coupon_checks import check_coupon, check_uses
from billing.actions.lines import Discount, Line, Lines, Wanted, priced
from billing.actions.order_rows import Ordered, write_order
from billing.actions.server_fields import may_ask, recheck
from billing.actions.stock import take_stock
from billing.models import Cart, Coupon, Product, Service
from paymenter import options
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.db.prepared import remembering
from paymenter.errors import Refused

EMPTY = "The cart is empty."
UNVERIFIED = "Verify your e-mail address first."
TERMS = "Accept the terms of service first."
COUPON_GONE = "The coupon can no longer be used and was removed: look at the new prices."
NOT_AVAILABLE = "{} cannot be bought in this currency."
LIMIT = "You have as many of {} as you may."
SOLD_OUT = "{} is sold out."
GONE = "What was chosen for {} is no longer offered: choose again."
HIDDEN = "{} is not for sale."
NEGATIVE = "{} would cost less than nothing: its option prices are wrong."
TOO_MUCH = "The amount is too large for an invoice."

_LARGEST = Decimal("999999999999999.99")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rules:
    """Staff order for a client what he could not: without limits and without accepting terms.
    Stock counts for everybody."""

    limits: bool = True
    hidden: bool = False


class CouponRefused(Refused):
    """The coupon of the cart can no longer be used."""


def checkout(cart: Cart, *, user: User, accepts_terms: bool, actor: Actor) -> Ordered:
    """Orders what is in the cart; the cart is gone afterwards.

    A coupon that can no longer be used is taken off the cart, and the order is refused. What server
    modules ask is asked once more, while nothing is locked.
    """
    checked: list[Wanted] = []
    while True:
        try:
            return _checkout(cart, user, accepts_terms, actor, checked)
        except _Unchecked as found:
            recheck(found.wanted)
            checked = found.wanted
        except CouponRefused:
            Cart.objects.filter(pk=cart.pk).update(coupon=None)
            raise


class _Unchecked(Exception):
    """Undoes what was locked, as server modules are to be asked about what is in the cart now."""

    def __init__(self, wanted: list[Wanted]) -> None:
        self.wanted = wanted
        super().__init__()


@transaction.atomic
def _checkout(
    cart: Cart, user: User, accepts_terms: bool, actor: Actor, checked: list[Wanted]
) -> Ordered:
    user = locked(user)
    cart = locked(cart)
    wanted = wanted_of(cart)
    if not wanted:
        raise Refused(EMPTY)
    if may_ask(wanted) and wanted != checked:
        raise _Unchecked(wanted)
    refuse_stranger(user, accepts_terms)
    placed = place_order(
        wanted, user=user, currency_code=cart.currency_code, coupon=cart.coupon, actor=actor
    )
    cart.delete()
    return placed


def refuse_stranger(user: User, accepts_terms: bool) -> None:
    """Settings mail_must_verify and tos."""
    if options.flag("mail_must_verify") and user.email_verified_at is None:
        raise Refused(UNVERIFIED)
    if options.get("tos") and not accepts_terms:
        raise Refused.on("tos", TERMS)


@transaction.atomic(savepoint=False)
@remembering()
def place_order(
    wanted: Sequence[Wanted],
    *,
    user: User,
    currency_code: str,
    actor: Actor,
    coupon: Coupon | None = None,
    rules: Rules = Rules(),
) -> Ordered:
    """What a cart or staff ask for. `user` is locked by the caller, so that limits hold."""
    notify_ahead([user.pk], ["new_order_created", "new_invoice_created"])
    discount = _checked_coupon(coupon, user, wanted)
    wanted = _with_locked_products(wanted)
    lines = priced(wanted, currency_code=currency_code, user=user, discount=discount)
    _check(lines, user, rules)
    if discount:
        uses = sum(1 for line in lines.lines if line.discount)
        _refuse_coupon(lambda: check_uses(discount.coupon, user=user, more=uses))
    _take_stock(lines)
    return write_order(lines, user=user, currency_code=currency_code, actor=actor)


def _checked_coupon(coupon: Coupon | None, user: User, wanted: Iterable[Wanted]) -> Discount | None:
    if coupon is None:
        return None
    found = Coupon.objects.select_for_update().filter(pk=coupon.pk).first()
    if found is None:
        raise CouponRefused.on("coupon", COUPON_GONE)
    ids = [each.product.pk for each in wanted]
    return _refuse_coupon(lambda: check_coupon(found, user=user, product_ids=ids))


def _refuse_coupon(check: Callable[[], _T]) -> _T:
    try:
        return check()
    except Refused as refused:
        raise CouponRefused.on("coupon", COUPON_GONE) from refused


def _with_locked_products(wanted: Sequence[Wanted]) -> list[Wanted]:
    """By id, so that two orders of the same products wait for each other instead of both."""
    ids = sorted({each.product.pk for each in wanted})
    rows = Product.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    products = {product.pk: product for product in rows}
    return [_on(products[each.product.pk], each) for each in wanted]


def _on(product: Product, wanted: Wanted) -> Wanted:
    return Wanted(product, wanted.plan, wanted.quantity, wanted.choices, wanted.fields)


# Checks


def _check(lines: Lines, user: User, rules: Rules) -> None:
    _check_prices(lines, rules)
    for product, units in _units(lines).items():
        most = product.per_user_limit or 0
        if rules.limits and most > 0 and _units_of(user, product) + units > most:
            raise Refused(LIMIT.format(product.name))
        if product.stock is not None and product.stock < units:
            raise Refused(SOLD_OUT.format(product.name))


def _check_prices(lines: Lines, rules: Rules) -> None:
    for line in lines.lines:
        name = line.wanted.product.name
        if line.price is None:
            raise Refused(NOT_AVAILABLE.format(name))
        if _is_gone(line):
            raise Refused(GONE.format(name))
        if line.price.price < 0 or line.price.setup_fee < 0 or line.unit < 0:
            raise Refused(NEGATIVE.format(name))
        if line.wanted.product.hidden and not rules.hidden:
            raise Refused(HIDDEN.format(name))
    if lines.total > _LARGEST:
        raise Refused(TOO_MUCH)


def _is_gone(line: Line) -> bool:
    """Whether a value was chosen that its option no longer has."""
    chosen = {choice.get("option_id"): choice.get("value") for choice in line.wanted.choices}
    return any(
        not option.is_typed
        and not option.is_checkbox
        and chosen.get(option.row.pk) is not None
        and option.value(chosen[option.row.pk]) is None
        for option in line.options
    )


def _units(lines: Lines) -> dict[Product, int]:
    found: dict[Product, int] = {}
    for line in lines.lines:
        product = line.wanted.product
        found[product] = found.get(product, 0) + line.wanted.quantity
    return found


def _units_of(user: User, product: Product) -> int:
    """What the client has now; what was cancelled does not count."""
    mine = Service.objects.filter(user=user, product=product).exclude(
        status=Service.Status.CANCELLED
    )
    return int(mine.aggregate(units=Sum("quantity"))["units"] or 0)


def _take_stock(lines: Lines) -> None:
    for product, units in _units(lines).items():
        if product.stock is not None and not take_stock(product.pk, units):
            raise Refused(SOLD_OUT.format(product.name))
