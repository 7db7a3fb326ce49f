"""How an amount came about, as plain facts, and these facts in words (docs/pricing.md).

    price = sum of the parts' prices          setup fee = sum of the parts' setup fees
    tax added: each grows by rounded(amount x rate / 100)
    coupon: each shrinks by its discount, unrounded
    unit = rounded(price + setup fee)         amount = unit x quantity

Of an exchange, what is left of the period is billed or given back:

    amount = rounded((new - old) x quantity x days left / days of the period), at least -limit
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.rules import coupons
from billing.rules.prices import Charge, price_of
from paymenter.rounding import rounded

ORDER, RENEWAL, UPGRADE, TOP_UP = "order", "renewal", "upgrade", "deposit"
ADDED, WITHIN = "added", "within"


@dataclass(frozen=True, slots=True)
class Part:
    """What is charged for: the plan, an option's value, or a price agreed for the service."""

    name: str
    price: Decimal
    setup_fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tax:
    """`how` is ADDED to the parts or WITHIN them."""

    name: str
    rate: Decimal
    country: str
    how: str


@dataclass(frozen=True, slots=True)
class CouponFact:
    code: str
    type: str
    value: Decimal
    applies_to: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Prices of one unit and one whole period, tax included. `days` 0 is without periods: the
    difference counts in full. `limit`: no more than that is given back."""

    old: str
    new: str
    old_price: Decimal
    new_price: Decimal
    days_left: int = 0
    days: int = 0
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`amount` is the line's: `unit` times `quantity`, or what an exchange comes to."""

    occasion: str
    product: str
    currency: str
    quantity: int
    unit: Decimal
    amount: Decimal
    plan: str = ""
    starts: date | None = None
    ends: date | None = None
    parts: tuple[Part, ...] = ()
    tax: Tax | None = None
    coupon: CouponFact | None = None
    exchange: Exchange | None = None

    def facts(self) -> dict[str, Any]:
        """For JSON: amounts as text, days as in ISO 8601; what is not there is left out."""
        facts: dict[str, Any] = _plain(asdict(self))
        return facts


def unit_price(
    parts: tuple[Part, ...], tax: Tax | None = None, coupon: CouponFact | None = None
) -> Decimal:
    """What one unit costs by the formula above."""
    return rounded(sum(_steps(parts, tax, coupon)[-1], Decimal(0)))


def exchange_amount(exchange: Exchange, quantity: int) -> Decimal:
    """Negative where money goes back."""
    return rounded(exchange_share(exchange, quantity))


def exchange_share(exchange: Exchange, quantity: int) -> Decimal:
    """The same before it is rounded."""
    amount = (exchange.new_price - exchange.old_price) * quantity
    if exchange.days:
        amount = amount * exchange.days_left / exchange.days
    if exchange.limit is not None:
        amount = max(amount, -exchange.limit)
    return amount


def amount_of(facts: dict[str, Any]) -> Decimal:
    """What the facts come to. Raises ValueError where they are not such facts."""
    try:
        if "exchange" in facts:
            return exchange_amount(_exchange_in(facts["exchange"]), facts["quantity"])
        parts = tuple(_part_in(part) for part in facts["parts"])
        tax, coupon = facts.get("tax"), facts.get("coupon")
        unit = unit_price(
            parts,
            Tax(**{**tax, "rate": Decimal(tax["rate"])}) if tax else None,
            CouponFact(**{**coupon, "value": Decimal(coupon["value"])}) if coupon else None,
        )
        return unit * int(facts["quantity"])
    except (ArithmeticError, LookupError, TypeError) as error:
        raise ValueError(f"These are no facts of an amount: {error!r}") from error


def _part_in(facts: dict[str, Any]) -> Part:
    return Part(facts["name"], Decimal(facts["price"]), Decimal(facts["setup_fee"]))


def _exchange_in(facts: dict[str, Any]) -> Exchange:
    return Exchange(
        old=facts["old"],
        new=facts["new"],
        old_price=Decimal(facts["old_price"]),
        new_price=Decimal(facts["new_price"]),
        days_left=facts["days_left"],
        days=facts["days"],
        limit=Decimal(facts["limit"]) if "limit" in facts else None,
    )


def _steps(
    parts: tuple[Part, ...], tax: Tax | None, coupon: CouponFact | None
) -> list[tuple[Decimal, Decimal]]:
    """Price and setup fee: of the parts, with tax, after the coupon."""
    charges = [Charge(part.price, part.setup_fee) for part in parts]
    net = price_of(charges)
    gross = price_of(charges, tax.rate, on_top=True) if tax and tax.how == ADDED else net
    paid = gross
    if coupon:
        paid = gross.less(coupons.Terms(coupon.type, coupon.value, coupon.applies_to))
    return [(price.price, price.setup_fee) for price in (net, gross, paid)]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {n: _plain(part) for n, part in value.items() if part not in (None, "", ())}
        case list() | tuple():
            return [_plain(part) for part in value]
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
    return value


# In words


def words(facts: dict[str, Any]) -> list[str]:
    """Sentences for the client who asks, in English."""
    lines = [_subject(facts)]
    if "exchange" in facts:
        return lines + list(_exchange(facts))
    return lines + list(_parts(facts)) + list(_tax(facts)) + list(_coupon(facts)) + [_sum(facts)]


def _subject(facts: dict[str, Any]) -> str:
    plan = f", plan {facts['plan']}" if "plan" in facts else ""
    period = ""
    if "starts" in facts and "ends" in facts:
        period = f", from {_day(facts['starts'])} to {_day(facts['ends'])}"
    return f"{facts['occasion'].capitalize()}: {facts['product']}{plan}{period}."


def _parts(facts: dict[str, Any]) -> Iterator[str]:
    for part in facts.get("parts", []):
        setup_fee = Decimal(part["setup_fee"])
        more = f", setup fee {setup_fee:.2f}" if setup_fee else ""
        yield f"{part['name']}: {Decimal(part['price']):.2f} {facts['currency']}{more}."


def _tax(facts: dict[str, Any]) -> Iterator[str]:
    if tax := facts.get("tax"):
        how = "is added" if tax["how"] == ADDED else "is included"
        yield f"{tax['name']} of {_number(tax['rate'])} % {how}."


def _coupon(facts: dict[str, Any]) -> Iterator[str]:
    if coupon := facts.get("coupon"):
        kind = " %" if coupon["type"] == coupons.PERCENTAGE else f" {facts['currency']}"
        of = {coupons.PRICE: " the price", coupons.SETUP_FEE: " the setup fee"}
        what = of.get(coupon["applies_to"], " price and setup fee")
        yield f"Coupon {coupon['code']} takes {_number(coupon['value'])}{kind} off{what}."


def _exchange(facts: dict[str, Any]) -> Iterator[str]:
    exchange, currency = facts["exchange"], facts["currency"]
    old, new = Decimal(exchange["old_price"]), Decimal(exchange["new_price"])
    yield f"Before, {exchange['old']} cost {old:.2f} {currency}."
    yield f"From now on, {exchange['new']} costs {new:.2f} {currency}."
    if exchange["days"]:
        yield f"{exchange['days_left']} of {exchange['days']} days of the period are left."
    if facts["quantity"] != 1:
        yield f"Each of the {facts['quantity']} units changes by as much."
    yield from _tax(facts)
    amount = Decimal(facts["amount"])
    if "limit" in exchange and amount == -rounded(Decimal(exchange["limit"])):
        yield "No more than what was paid for the rest of the period is given back."
    said = "are to be paid" if amount > 0 else "are given back"
    yield f"{abs(amount):.2f} {currency} {said}."


def _sum(facts: dict[str, Any]) -> str:
    unit, amount = Decimal(facts["unit"]), Decimal(facts["amount"])
    text = f"One unit costs {unit:.2f} {facts['currency']}"
    if facts["quantity"] == 1:
        return f"{text}."
    return f"{text}, {facts['quantity']} units cost {amount:.2f} {facts['currency']}."


def _number(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
