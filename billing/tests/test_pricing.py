"""The tables of docs/pricing.md, and what holds for all amounts."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rules.coupons import Terms
from billing.rules.explanations import Exchange, exchange_amount
from billing.rules.periods import add_period, anchored_day, days_left, days_of
from billing.rules.prices import Charge, price_of, tax_on, tax_within

UNHURRIED = settings(deadline=None)
amounts = st.decimals(0, 1_000_000, places=2)
rates = st.decimals(0, 100, places=2)
terms = st.builds(
    Terms,
    st.sampled_from(["percentage", "fixed", "free_setup"]),
    st.decimals(0, 1000, places=2),
    st.sampled_from(["all", "price", "setup_fee"]),
)
D = Decimal


@pytest.mark.parametrize(
    ("charge", "rate", "on_top", "coupon", "unit", "tax"),
    [
        (("9.99", "5.00"), "21", False, None, "14.99", "2.60"),
        (("9.99", "5.00"), "21", True, None, "18.14", "3.15"),
        (("9.99", "5.00"), "21", True, Terms("percentage", D(10)), "16.33", "3.15"),
        (("9.99", "0"), "21", True, Terms("fixed", D(2)), "10.09", "2.10"),
        (("19.95", "0"), "8.1", True, None, "21.57", "1.62"),
    ],
)
def test_prices(charge, rate, on_top, coupon, unit, tax) -> None:
    price = price_of([Charge(D(charge[0]), D(charge[1]))], D(rate), on_top=on_top)
    price = price.less(coupon) if coupon else price
    assert (price.total, price.total_tax) == (D(unit), D(tax))


@UNHURRIED
@given(amounts, rates)
def test_net_and_tax_are_gross(net: Decimal, rate: Decimal) -> None:
    price = price_of([Charge(net)], rate, on_top=True)
    assert price.price == net + tax_on(net, rate)
    assert price.subtotal == net
    inside = price_of([Charge(net)], rate)
    assert inside.subtotal + tax_within(net, rate) == net == inside.total


@UNHURRIED
@given(st.lists(st.tuples(amounts, amounts), max_size=5))
def test_charges_add_up(pairs: list[tuple[Decimal, Decimal]]) -> None:
    price = price_of(Charge(*pair) for pair in pairs)
    assert price.total == sum((a + b for a, b in pairs), D(0))


@UNHURRIED
@given(amounts, amounts, terms)
def test_coupon_never_makes_a_price_negative(price: Decimal, fee: Decimal, coupon: Terms) -> None:
    whole = price_of([Charge(price, fee)])
    less = whole.less(coupon)
    assert 0 <= less.price <= price
    assert 0 <= less.setup_fee <= fee
    assert less.price + less.setup_fee + less.discount == price + fee


@pytest.mark.parametrize(
    ("recurring", "discounted"), [(None, 1), (1, 1), (2, 2), (3, 3), (0, 12), (12, 12)]
)
def test_coupon_discounts_the_first_periods(recurring: int | None, discounted: int) -> None:
    coupon = Terms("percentage", D(10), recurring=recurring)
    assert [n for n in range(1, 13) if coupon.discounts(n)] == list(range(1, discounted + 1))


@pytest.mark.parametrize(
    ("start", "count", "unit", "overflow", "clamp"),
    [
        (date(2026, 1, 31), 1, "month", date(2026, 3, 3), date(2026, 2, 28)),
        (date(2026, 3, 31), 1, "month", date(2026, 5, 1), date(2026, 4, 30)),
        (date(2026, 1, 31), 3, "month", date(2026, 5, 1), date(2026, 4, 30)),
        (date(2028, 2, 29), 1, "year", date(2029, 3, 1), date(2029, 2, 28)),
        (date(2026, 3, 31), 2, "week", date(2026, 4, 14), date(2026, 4, 14)),
    ],
)
def test_periods(start: date, count: int, unit: str, overflow: date, clamp: date) -> None:
    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001
    assert add_period(begin, count, unit).date() == overflow
    assert add_period(begin, count, unit, day=start.day).date() == clamp


def test_clamped_months_come_back_to_their_day() -> None:
    moment, ends = datetime(2026, 1, 31), []  # noqa: DTZ001
    for _ in range(4):
        moment = add_period(moment, 1, "month", day=anchored_day(moment, 31))
        ends.append(moment.day)
    assert ends == [28, 31, 30, 31]
    assert anchored_day(datetime(2026, 2, 15), 31) == 15  # noqa: DTZ001


@pytest.mark.parametrize(
    ("old", "new", "quantity", "left", "days", "amount"),
    [
        ("10", "30", 1, 15, 30, "10.00"),
        ("10", "30", 3, 15, 30, "30.00"),
        ("30", "10", 1, 15, 30, "-10.00"),
        ("10", "30", 1, 0, 0, "20.00"),
        ("10", "30", 1, 0, 30, "0.00"),
    ],
)
def test_upgrades(old: str, new: str, quantity: int, left: int, days: int, amount: str) -> None:
    assert exchange_amount(Exchange("a", "b", D(old), D(new), left, days), quantity) == D(amount)


def test_days_left_are_at_most_the_period() -> None:
    length = days_of(1, "month")
    today, soon = datetime(2026, 3, 31), datetime(2026, 4, 15, 18, 30)  # noqa: DTZ001
    assert days_left(today=today, expires_at=soon, length=length) == (15, False)
    far, past = datetime(2027, 1, 1), datetime(2026, 3, 26)  # noqa: DTZ001
    assert days_left(today=today, expires_at=far, length=length) == (30, False)
    assert days_left(today=today, expires_at=past, length=length) == (5, True)
