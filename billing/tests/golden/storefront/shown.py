"""A price as the recordings show PHP's Price object."""

from decimal import Decimal
from typing import Any

from accounts.models import User
from billing.actions.taxation import Taxation
from billing.models import Currency
from billing.rules.money import format_amount
from billing.rules.prices import ZERO, Price
from paymenter import options
from paymenter.rounding import rounded

FREE = "Free"
UNAVAILABLE = "Not available in your currency"

_PARTS = ("price", "setup_fee", "tax", "total", "setup_fee_tax", "total_tax")


def user_of(args: dict[str, Any]) -> User | None:
    return User.objects.get(pk=args["login"]) if args.get("login") else None


def taxation_of(args: dict[str, Any]) -> Taxation:
    return Taxation.of(user_of(args))


def currency_code(args: dict[str, Any]) -> str:
    """Asked for, else that of the session, else that of the installation."""
    session = args.get("session") or {}
    return str(args.get("currency") or session.get("currency") or options.get("default_currency"))


def currency_of(code: str | None) -> Currency | None:
    return Currency.objects.filter(pk=code).first() if code else None


def shown(
    price: Price | None,
    currency: Currency | None,
    *,
    top: Price | None = None,
    exclusive: bool = False,
    unshown: bool = False,
) -> dict[str, Any]:
    """`top`: the price before any discount, of which the texts are; None cannot be had."""
    amounts = price or Price()
    found = currency if price is not None else None
    texts = _texts(top or amounts, found, unshown)
    text = exclusive and not amounts.discount  # PHP has a number again after a discount
    return {
        "price": _kind(amounts.price, text),
        "setup_fee": _kind(amounts.setup_fee, text and amounts.setup_fee_tax != 0),
        "tax": _tax(amounts.tax),
        "setup_fee_tax": _tax(amounts.setup_fee_tax),
        "discount": amounts.discount,
        "original_price": amounts.original_price,
        "original_setup_fee": amounts.original_setup_fee,
        "has_setup_fee": amounts.original_setup_fee > 0,
        "is_free": None,
        "currency": found.pk if found else None,
        "total": str(amounts.total),
        "total_tax": str(amounts.total_tax),
        "subtotal": str(amounts.subtotal),
        "available": found is not None,
        "has_discount": amounts.discount > 0,
        "formatted": texts,
        "text": texts["total"],
    }


def free(currency: Currency | None) -> dict[str, Any]:
    """A price that is free is no amount."""
    return {
        **shown(Price(), currency),
        "setup_fee": None,
        "original_price": None,
        "original_setup_fee": None,
        "has_setup_fee": None,
        "is_free": True,
        "available": True,
        "formatted": dict.fromkeys(_PARTS, FREE),
        "text": FREE,
    }


def _texts(price: Price, currency: Currency | None, unshown: bool) -> dict[str, str]:
    return {
        name: _text(getattr(price, name), currency, unshown)
        for name in ("price", "setup_fee", "tax", "setup_fee_tax", "total", "total_tax")
    }


def _text(amount: Decimal, currency: Currency | None, unshown: bool) -> str:
    if currency is None:
        return "" if unshown else UNAVAILABLE
    return format_amount(
        amount, prefix=currency.prefix, suffix=currency.suffix, format=currency.format
    )


def _kind(amount: Decimal, text: bool) -> Any:
    return str(rounded(amount)) if text else amount


def _tax(amount: Decimal) -> Any:
    return amount if amount != ZERO else 0
