"""The recorded text of each of our refusals: the reason must be the same, the words are ours."""

from collections.abc import Callable
from typing import Any

from billing.actions import carts, checkout, coupon_checks
from paymenter.errors import Refused

_TEXTS = {
    carts.ONCE: "This product is already in your cart and cannot be added again.",
    carts.FULL: "Your cart cannot contain more than 15 items.",
    carts.TOO_FAST: "You are adding items too quickly. Please wait a moment and try again.",
    carts.TOO_OFTEN: "Too many attempts. Please try again later.",
    carts.HAS_COUPON: "Coupon code already applied",
    carts.NO_COUPON: "No coupon code applied",
    carts.NO_DISCOUNT: "Coupon code is not valid for any items in your cart",
    carts.LOCKED: "You cannot change the currency while there are items in the cart.",
    coupon_checks.UNKNOWN: "Coupon code not found",
    coupon_checks.EXPIRED: "Coupon code has expired",
    coupon_checks.NOT_YET: "Coupon code is not active yet",
    coupon_checks.USED_UP: "Coupon code has reached its maximum uses",
    coupon_checks.USED_UP_BY_USER: "You have already used this coupon the maximum number of times "
    "allowed",
    coupon_checks.NOT_FOR_THESE: "Coupon code is not valid for any items in your cart",
    checkout.EMPTY: "Your cart is empty",
    checkout.TERMS: "You must accept the terms of service",
    checkout.COUPON_GONE: "This coupon can no longer be used",
}
_NAMED = {
    checkout.NOT_AVAILABLE: "{} is not available in your currency",
    checkout.LIMIT: "You have reached the limit of {}",
    checkout.SOLD_OUT: "Product {} is out of stock",
}


def recorded_text(refused: Refused) -> str:
    text = str(refused)
    if text in _TEXTS:
        return _TEXTS[text]
    for ours, theirs in _NAMED.items():
        before, _, after = ours.partition("{}")
        if text.startswith(before) and text.endswith(after):
            return theirs.format(text[len(before) : len(text) - len(after)])
    return text


def noticed(done: Callable[[], Any], success: str | None = None) -> list[dict[str, str]]:
    """What the page tells after it was done, or refused."""
    try:
        done()
    except Refused as refused:
        return [{"message": recorded_text(refused), "type": "error"}]
    return [{"message": success, "type": "success"}] if success else []


def with_notices(answer: dict[str, Any], notices: list[dict[str, str]]) -> dict[str, Any]:
    return {**answer, "notices": notices} if notices else answer
