"""Prices with setup fee, tax and discount (Paymenter: class Price; docs/pricing.md, Prices).

All amounts are for one unit. What is rounded, is rounded half up to cents, at the places named.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from billing.rules import coupons
from paymenter.rounding import rounded

ZERO = Decimal(0)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Price:
    """price and setup_fee hold the tax that is added on top, and have the discount taken off.

    The original amounts are those before any discount. `tax` and `setup_fee_tax` are those of the
    original amounts: a discount does not change what is shown as tax.
    """

    price: Decimal = ZERO
    setup_fee: Decimal = ZERO
    tax: Decimal = ZERO
    setup_fee_tax: Decimal = ZERO
    discount: Decimal = ZERO
    original_price: Decimal = ZERO
    original_setup_fee: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return rounded(self.price + self.setup_fee)

    @property
    def total_tax(self) -> Decimal:
        return rounded(self.tax + self.setup_fee_tax)

    @property
    def subtotal(self) -> Decimal:
        return rounded(self.price + self.setup_fee - self.tax - self.setup_fee_tax)

    def less(self, coupon: coupons.Terms) -> "Price":
        """With the coupon's discount, unrounded, on price and setup fee as they are."""
        of_price = coupon.off(self.price)
        of_setup_fee = coupon.off(self.setup_fee, coupons.SETUP_FEE)
        return replace(
            self,
            price=self.price - of_price,
            setup_fee=self.setup_fee - of_setup_fee,
            discount=self.discount + of_price + of_setup_fee,
        )


@dataclass(frozen=True, slots=True)
class Charge:
    """The net price and setup fee of one thing: a plan, or a chosen option value."""

    price: Decimal
    setup_fee: Decimal = ZERO


def price_of(
    charges: Iterable[Charge], rate: Decimal | None = None, *, on_top: bool = False
) -> Price:
    """The charges added up, with the tax of `rate` percent: within them, or `on_top`.

    None is no tax. A rate of 0 is one that amounts to nothing.
    """
    charges = list(charges)
    price = sum((charge.price for charge in charges), ZERO)
    setup_fee = sum((charge.setup_fee for charge in charges), ZERO)
    if rate is None:
        return Price(price, setup_fee, original_price=price, original_setup_fee=setup_fee)
    part = tax_on if on_top else tax_within
    tax, setup_fee_tax = part(price, rate), part(setup_fee, rate)
    if on_top:
        price, setup_fee = price + tax, setup_fee + setup_fee_tax
    return Price(
        price=rounded(price) if on_top else price,
        setup_fee=rounded(setup_fee) if on_top else setup_fee,
        tax=tax,
        setup_fee_tax=setup_fee_tax,
        original_price=price,
        original_setup_fee=setup_fee,
    )


def tax_on(net: Decimal, rate: Decimal) -> Decimal:
    """The tax that is added to a net amount."""
    return rounded(net * rate / _HUNDRED)


def tax_within(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax that a gross amount holds."""
    return rounded(gross - gross / (1 + rate / _HUNDRED))
