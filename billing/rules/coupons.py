"""What a coupon takes off (Paymenter: Coupon.calculateDiscount; docs/pricing.md, Coupons)."""

from dataclasses import dataclass
from decimal import Decimal

PERCENTAGE, FIXED = "percentage", "fixed"
ALL, PRICE, SETUP_FEE = "all", "price", "setup_fee"

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """`recurring`: how many periods are discounted; 0 all of them, None the first only."""

    type: str
    value: Decimal
    applies_to: str = ALL
    recurring: int | None = None

    def off(self, amount: Decimal, what: str = PRICE) -> Decimal:
        """Unrounded, never more than the amount itself. `what` is PRICE or SETUP_FEE."""
        if what not in (PRICE, SETUP_FEE):
            raise ValueError(f"{what} is no part of a price")
        if self.applies_to not in (ALL, what):
            return Decimal(0)
        return max(Decimal(0), min(amount, self._wanted(amount)))

    def discounts(self, period: int) -> bool:
        """Whether the `period`-th period, counted from 1, costs less, paid or free."""
        return self.recurring == 0 or period <= (self.recurring or 1)

    def _wanted(self, amount: Decimal) -> Decimal:
        if self.type == PERCENTAGE:
            return amount * self.value / _HUNDRED
        return self.value if self.type == FIXED else Decimal(0)


def limit_reached(uses: int, limit: int | None, more: int = 1) -> bool:
    """Whether `more` uses beyond those made are too many; None, 0 and less mean no limit."""
    return bool(limit and limit > 0 and uses + more > limit)
