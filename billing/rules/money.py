"""Amounts as people read them, in the four formats of a currency."""

from decimal import Decimal

from paymenter.rounding import rounded

# format of a currency -> what parts thousands, what parts the fraction
SEPARATORS = {
    "1.000,00": (".", ","),
    "1,000.00": (",", "."),
    "1 000,00": (" ", ","),
    "1 000.00": (" ", "."),
}


def format_amount(amount: Decimal, *, prefix: str | None, suffix: str | None, format: str) -> str:
    """A minus stands behind the prefix. An unknown format leaves the number as it is."""
    separators = SEPARATORS.get(format)
    number = str(amount) if separators is None else _separated(rounded(amount), *separators)
    return f"{prefix or ''}{number}{suffix or ''}"


def _separated(amount: Decimal, thousands: str, point: str) -> str:
    whole, _, fraction = f"{amount:,f}".partition(".")
    return whole.replace(",", thousands) + point + fraction
