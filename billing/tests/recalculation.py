"""A second calculator: amounts from an explanation alone, in whole fractions and without a line of
the engine. docs/pricing.md is all it knows."""

from fractions import Fraction
from typing import Any

Facts = dict[str, Any]


def amount_of(facts: Facts) -> str:
    """What the line, or the exchange, comes to; as text with two decimals."""
    if "exchange" in facts:
        return _text(_exchanged(facts))
    return _text(unit_of(facts) * facts["quantity"])


def unit_of(facts: Facts) -> Fraction:
    price = sum((Fraction(part["price"]) for part in facts["parts"]), Fraction())
    setup_fee = sum((Fraction(part["setup_fee"]) for part in facts["parts"]), Fraction())
    tax = facts.get("tax")
    if tax and tax["how"] == "added":
        rate = Fraction(tax["rate"]) / 100
        price = _cents(price + _cents(price * rate))
        setup_fee = _cents(setup_fee + _cents(setup_fee * rate))
    if coupon := facts.get("coupon"):
        price -= _off(coupon, price, "price")
        setup_fee -= _off(coupon, setup_fee, "setup_fee")
    return _cents(price + setup_fee)


def _off(coupon: Facts, amount: Fraction, what: str) -> Fraction:
    if coupon["applies_to"] not in ("all", what) or amount <= 0:
        return Fraction()
    value = Fraction(coupon["value"])
    return min(amount, amount * value / 100 if coupon["type"] == "percentage" else value)


def _exchanged(facts: Facts) -> Fraction:
    exchange = facts["exchange"]
    amount = Fraction(exchange["new_price"]) - Fraction(exchange["old_price"])
    amount *= facts["quantity"]
    if exchange["days"]:
        amount = amount * exchange["days_left"] / exchange["days"]
    if "limit" in exchange:
        amount = max(amount, -Fraction(exchange["limit"]))
    return _cents(amount)


def _cents(amount: Fraction) -> Fraction:
    """Half away from zero."""
    whole = int(abs(amount) * 100 + Fraction(1, 2))
    return Fraction(whole if amount >= 0 else -whole, 100)


def _text(amount: Fraction) -> str:
    cents = int(abs(amount) * 100)
    return f"{'-' if amount < 0 else ''}{cents // 100}.{cents % 100:02d}"
