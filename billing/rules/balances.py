"""What an invoice is worth, what was paid on it, and what may still be done with it.

    owed      = lines - credit notes
    paid      = succeeded payments, those that went back being negative
    open      = owed - paid                       what is still to be paid
    surplus   = paid - owed, where positive       what may go back without a credit note

| lines | notes | paid | open | surplus |
|---|---|---|---|---|
| 10.00 | 0 | 4.00 | 6.00 | 0 |
| 10.00 | 0 | 12.00 | -2.00 | 2.00 |
| 10.00 | 3.00 | 10.00 | -3.00 | 3.00 |
| 10.00 | 10.00 | 0 | 0 | 0 |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from paymenter.rounding import rounded

NOTHING = Decimal()
MOST = Decimal("9999999999999.99")  # SQLite keeps 15 digits exactly, MariaDB's columns 17


@dataclass(frozen=True, slots=True)
class Balance:
    lines: Decimal
    credited: Decimal
    paid: Decimal

    @property
    def owed(self) -> Decimal:
        return self.lines - self.credited

    @property
    def open(self) -> Decimal:
        return self.owed - self.paid

    @property
    def surplus(self) -> Decimal:
        return max(NOTHING, -self.open)

    def note_for_refund(self, amount: Decimal) -> Decimal:
        """How much a credit note must take back, so that a refund leaves no debt.

        What was paid too much goes back without; the rest is no longer owed.
        """
        return max(NOTHING, min(amount - self.surplus, self.owed))


def is_amount(value: Decimal, *, places: int = 2) -> bool:
    """Whether a sum of money can be stored as it is: positive, in cents, within the column."""
    return value.is_finite() and NOTHING < value <= MOST and value == rounded(value, places)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
