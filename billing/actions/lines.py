"""What is to be bought, with its price: the lines of a cart and of an order (CartItem.price)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import User
from billing.actions.choices import Option, Options, Stored, chosen_values, compose
from billing.actions.price_lists import PriceList
from billing.actions.taxation import Taxation
from billing.models import ConfigOption, Coupon, CouponProduct, Plan, Product
from billing.rules.coupons import Terms
from billing.rules.explanations import CouponFact, Part
from billing.rules.prices import ZERO, Charge, Price


@dataclass(frozen=True, slots=True)
class Wanted:
    """choices: as a cart item stores them; fields: what the server module asked."""

    product: Product
    plan: Plan
    quantity: int = 1
    choices: Sequence[Stored] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon and the products that it is for; none are all."""

    coupon: Coupon
    products: frozenset[int] = frozenset()

    @classmethod
    def of(cls, coupon: Coupon | None) -> "Discount | None":
        if coupon is None:
            return None
        rows = CouponProduct.objects.filter(coupon=coupon)
        return cls(coupon, frozenset(rows.values_list("product_id", flat=True)))

    def is_for(self, product_id: int | None) -> bool:
        return not self.products or product_id in self.products

    @property
    def terms(self) -> Terms:
        coupon = self.coupon
        return Terms(coupon.type, coupon.value or ZERO, coupon.applies_to, coupon.recurring)

    @property
    def fact(self) -> CouponFact:
        terms = self.terms
        return CouponFact(self.coupon.code, terms.type, terms.value, terms.applies_to)


@dataclass(frozen=True, slots=True)
class Line:
    """`price` is None where the plan or a value cannot be had in the currency. `discount` is the
    coupon that this line is under, whether or not it takes anything off."""

    wanted: Wanted
    options: Sequence[Option]
    values: Sequence[tuple[Option, ConfigOption]]
    parts: tuple[Part, ...]
    price: Price | None
    discount: Discount | None = None

    @property
    def unit(self) -> Decimal:
        return self.price.total if self.price else ZERO

    @property
    def total(self) -> Decimal:
        return self.unit * self.wanted.quantity

    @property
    def is_discounted(self) -> bool:
        return self.price is not None and self.price.discount > 0


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one purchase, priced in one currency for one user."""

    lines: Sequence[Line]
    taxation: Taxation

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def shown_total(self) -> Price | None:
        """With the tax that lies within; None of an empty cart."""
        return self.taxation.shown(Charge(self.total)) if self.lines else None

    @property
    def is_discounted(self) -> bool:
        return any(line.is_discounted for line in self.lines)


def priced(
    wanted: Iterable[Wanted], *, currency_code: str, user: User | None, discount: Discount | None
) -> Lines:
    """Six statements, however many lines."""
    wanted = list(wanted)
    products = list({each.product.pk: each.product for each in wanted}.values())
    options = Options(products) if products else None
    taxation = Taxation.of(user)
    prices = PriceList(currency_code, [*products, *(options.values() if options else ())])
    lines = [_line(each, options.of(each.product), prices) for each in wanted] if options else []
    return Lines([_with_price(line, taxation, discount) for line in lines], taxation)


_Draft = tuple[Wanted, Sequence[Option], Sequence[tuple[Option, ConfigOption]], Any]


def _line(wanted: Wanted, options: list[Option], prices: PriceList) -> _Draft:
    values = chosen_values(options, wanted.choices)
    return wanted, options, values, compose(prices, wanted.plan, values)


def _with_price(draft: _Draft, taxation: Taxation, discount: Discount | None) -> Line:
    wanted, options, values, composition = draft
    mine = discount if discount and discount.is_for(wanted.product.pk) else None
    price = None
    if composition.available:
        charges = [Charge(part.price, part.setup_fee) for part in composition.parts]
        price = taxation.price(*charges)
        price = price.less(mine.terms) if mine else price
    return Line(wanted, options, values, composition.parts, price, mine)
