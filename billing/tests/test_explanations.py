"""How amounts came about: the facts, their words, and that a second calculator agrees."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.actions.explanations import explain, explain_all, explanation_of, periods_of
from billing.explanations.models import Explanation as Stored
from billing.models import Invoice
from billing.rules import explanations as rules
from billing.rules.explanations import (
    ADDED,
    ORDER,
    RENEWAL,
    UPGRADE,
    WITHIN,
    CouponFact,
    Exchange,
    Explanation,
    Part,
    Tax,
    exchange_amount,
    unit_price,
    words,
)
from billing.tests.factories import InvoiceFactory, ServiceFactory
from billing.tests.recalculation import amount_of
from paymenter.tests.api import get, store_key
from paymenter.tests.recordings import compare

PLAN = Part("1 month", Decimal("9.99"), Decimal("5.00"))
VAT = Tax("VAT", Decimal("21.00"), "NL", ADDED)
TEN_PERCENT = CouponFact("TEN", "percentage", Decimal("10.00"), "all")

ORDERED = Explanation(
    occasion=ORDER,
    product="Web Hosting",
    plan="1 month",
    currency="USD",
    quantity=2,
    starts=date(2026, 3, 31),
    ends=date(2026, 5, 1),
    parts=(PLAN,),
    tax=VAT,
    coupon=TEN_PERCENT,
    unit=Decimal("16.33"),
    amount=Decimal("32.66"),
)
UPGRADED = Explanation(
    occasion=UPGRADE,
    product="Web Hosting",
    currency="EUR",
    quantity=2,
    unit=Decimal("8.00"),
    amount=Decimal("8.00"),
    exchange=Exchange("P1", "P2", Decimal(10), Decimal(20), days_left=12, days=30),
)

UNHURRIED = settings(deadline=None)  # a busy machine proves nothing

amounts = st.decimals(0, 100_000, places=2)
rates = st.decimals(0, 100, places=2)
taxes = st.none() | st.builds(
    Tax, st.just("VAT"), rates, st.just("all"), st.sampled_from([ADDED, WITHIN])
)
coupons = st.none() | st.builds(
    CouponFact,
    st.just("C"),
    st.sampled_from(["percentage", "fixed"]),
    st.decimals(0, 200, places=2),
    st.sampled_from(["all", "price", "setup_fee"]),
)
some_parts = st.lists(st.builds(Part, st.just("p"), amounts, amounts), min_size=1, max_size=4)
exchanges = st.builds(
    Exchange,
    st.just("old"),
    st.just("new"),
    amounts,
    amounts,
    st.integers(0, 30),
    st.sampled_from([0, 30]),
    st.none() | amounts,
)


@UNHURRIED
@given(some_parts, taxes, coupons, st.integers(1, 9))
def test_second_calculator_agrees_about_lines(
    parts: list[Part], tax: Tax | None, coupon: CouponFact | None, quantity: int
) -> None:
    unit = unit_price(tuple(parts), tax, coupon)
    line = Explanation(
        occasion=ORDER,
        product="P",
        currency="USD",
        quantity=quantity,
        unit=unit,
        amount=unit * quantity,
        parts=tuple(parts),
        tax=tax,
        coupon=coupon,
    )
    assert unit >= 0
    assert amount_of(line.facts()) == str(line.amount)
    assert rules.amount_of(line.facts()) == line.amount


@UNHURRIED
@given(exchanges, st.integers(1, 9))
def test_second_calculator_agrees_about_exchanges(exchange: Exchange, quantity: int) -> None:
    amount = exchange_amount(exchange, quantity)
    change = Explanation(
        occasion=UPGRADE,
        product="P",
        currency="USD",
        quantity=quantity,
        unit=amount,
        amount=amount,
        exchange=exchange,
    )
    assert amount_of(change.facts()) == str(amount)
    assert rules.amount_of(change.facts()) == amount


@UNHURRIED
@given(amounts, st.integers(0, 30), st.sampled_from([0, 30]), st.integers(1, 9))
def test_exchange_of_the_same_is_nothing(
    price: Decimal, days_left: int, days: int, quantity: int
) -> None:
    assert exchange_amount(Exchange("a", "b", price, price, days_left, days), quantity) == 0


@pytest.mark.parametrize(
    ("explanation", "expected"),
    [
        (
            ORDERED,
            [
                "Order: Web Hosting, plan 1 month, from 31 March 2026 to 1 May 2026.",
                "1 month: 9.99 USD, setup fee 5.00.",
                "VAT of 21 % is added.",
                "Coupon TEN takes 10 % off price and setup fee.",
                "One unit costs 16.33 USD, 2 units cost 32.66 USD.",
            ],
        ),
        (
            UPGRADED,
            [
                "Upgrade: Web Hosting.",
                "Before, P1 cost 10.00 EUR.",
                "From now on, P2 costs 20.00 EUR.",
                "12 of 30 days of the period are left.",
                "Each of the 2 units changes by as much.",
                "8.00 EUR are to be paid.",
            ],
        ),
    ],
)
def test_words(explanation: Explanation, expected: list[str]) -> None:
    assert words(explanation.facts()) == expected
    assert amount_of(explanation.facts()) == str(explanation.amount)


def test_words_of_what_is_limited_given_back() -> None:
    back = Exchange("P2", "P1", Decimal(20), Decimal(5), 10, 30, limit=Decimal("3.00"))
    facts = Explanation(
        UPGRADE, "P2", "USD", 1, Decimal(-3), exchange_amount(back, 1), exchange=back
    ).facts()
    assert words(facts)[-2:] == [
        "No more than what was paid for the rest of the period is given back.",
        "3.00 USD are given back.",
    ]


def test_facts_leave_out_what_is_not_there() -> None:
    renewed = Explanation(
        RENEWAL, "P", "USD", 1, Decimal(5), Decimal(5), parts=(Part("agreed", Decimal(5)),)
    )
    expected: dict[str, Any] = {
        "occasion": "renewal",
        "product": "P",
        "currency": "USD",
        "quantity": 1,
        "unit": "5",
        "amount": "5",
        "parts": [{"name": "agreed", "price": "5", "setup_fee": "0"}],
    }
    assert compare("facts", expected, renewed.facts()) == []


@pytest.mark.parametrize("facts", [{}, {"parts": [{}]}, {"parts": None}, {"exchange": {"old": 1}}])
def test_other_facts_come_to_nothing(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no facts"):
        rules.amount_of(facts)


# Stored


@pytest.mark.django_db
def test_explanation_is_told_of_the_item_and_replaced() -> None:
    item = InvoiceFactory(items=[{"price": Decimal(5), "quantity": 1}]).items.get()
    assert explanation_of(item) == {"facts": None, "words": [], "changed_since": False}
    explain(item, ORDERED)
    explain(item, UPGRADED)
    told = {"facts": UPGRADED.facts(), "words": words(UPGRADED.facts()), "changed_since": True}
    assert explanation_of(item) == told
    item.price = Decimal(8)
    assert explanation_of(item) == told | {"changed_since": False}
    assert Stored.objects.count() == 1


@pytest.mark.django_db
def test_periods_are_paid_or_free_ones() -> None:
    service = ServiceFactory()
    reference = {
        "price": Decimal(5),
        "reference_type": "App\\Models\\Service",
        "reference_id": service.pk,
    }
    InvoiceFactory(items=[reference, reference], status=Invoice.Status.PAID)
    InvoiceFactory(items=[reference], status=Invoice.Status.PENDING)
    InvoiceFactory(items=[reference], status=Invoice.Status.CANCELLED)
    explain_all([(service, ORDERED), (service, ORDERED)])
    assert periods_of(service) == 2


@pytest.mark.django_db
def test_staff_ask_for_the_explanation_of_an_item(client: Client) -> None:
    item = InvoiceFactory(items=[{"price": Decimal("16.33"), "quantity": 2}]).items.get()
    explain(item, ORDERED)
    path = f"invoice-items/{item.pk}/explanation"
    token = store_key("admin.invoice_items.view")
    assert get(client, path, token).json() == {
        "facts": ORDERED.facts(),
        "words": words(ORDERED.facts()),
        "changed_since": False,
    }
    assert get(client, "invoice-items/999/explanation", token).status_code == 404
