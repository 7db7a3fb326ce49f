"""The one place that rounds amounts."""

from decimal import ROUND_HALF_UP, Decimal


def rounded(amount: Decimal, places: int = 2) -> Decimal:
    """Half away from zero, as MariaDB and PHP do; never a negative zero."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
