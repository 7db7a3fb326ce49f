"""Movements explain each balance, also what somebody else did to it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import UserFactory
from billing import gateways
from billing.actions.credits import (
    add_credit,
    create_credit,
    delete_credit,
    deposit_credit,
    pay_with_credit,
    update_credit,
    use_credit,
)
from billing.actions.explanations import explanation_of
from billing.models import Credit, Currency, Invoice
from billing.tests.api import key, nothing_changed, send
from billing.tests.explained import unexplained
from billing.tests.factories import CreditFactory, CurrencyFactory, GatewayFactory, InvoiceFactory
from billing.wallets.models import CreditMovement
from paymenter import options
from paymenter.actor import SYSTEM, Actor
from paymenter.errors import Refused
from paymenter.models import Setting

pytestmark = pytest.mark.django_db

TEN = Decimal(10)


def movements(currency: str = "USD") -> list[Any]:
    rows = CreditMovement.objects.filter(currency_code=currency).order_by("pk")
    return list(rows.values_list("kind", "amount", "balance"))


@pytest.fixture
def owner() -> dict[str, Any]:
    return {"user_id": UserFactory().pk, "currency_code": CurrencyFactory(code="USD").pk}


def test_staff_set_a_balance(owner: dict[str, Any]) -> None:
    CurrencyFactory(code="EUR")
    staff = Actor(user_id=7)
    credit = create_credit(actor=staff, amount=TEN, **owner)
    update_credit(credit, actor=staff, amount=Decimal(4))
    update_credit(credit, actor=staff, amount=Decimal(4))
    update_credit(credit, actor=staff, currency_code="EUR")
    delete_credit(Credit.objects.get(), actor=staff)
    assert movements() == [("staff", 10, 10), ("staff", -6, 4), ("staff", -4, 0)]
    assert movements("EUR") == [("staff", 4, 4), ("staff", -4, 0)]
    assert set(CreditMovement.objects.values_list("staff_id", flat=True)) == {7}


def test_first_movement_tells_what_there_was(owner: dict[str, Any]) -> None:
    Credit.objects.create(amount=Decimal("1.50"), **owner)
    Credit.objects.create(amount=Decimal(2), **owner)
    add_credit(owner["user_id"], "USD", TEN, actor=SYSTEM)
    expected = [("opening", Decimal("3.50"), Decimal("3.50")), ("other", 10, Decimal("13.50"))]
    assert movements() == expected


def test_what_php_did_in_between_is_closed_by_an_entry(owner: dict[str, Any]) -> None:
    add_credit(owner["user_id"], "USD", TEN, actor=SYSTEM)
    Credit.objects.update(amount=Decimal(7))
    add_credit(owner["user_id"], "usd", Decimal(1), actor=SYSTEM)
    Credit.objects.all().delete()
    add_credit(owner["user_id"], "USD", Decimal(2), actor=SYSTEM)
    assert movements() == [
        ("other", 10, 10),
        ("outside", -3, 7),
        ("other", 1, 8),
        ("outside", -8, 0),
        ("other", 2, 2),
    ]
    assert Credit.objects.get().amount == 2


@pytest.mark.parametrize("amount", ["-10.01", "9999999999999.99"])
def test_balance_stays_within_nothing_and_the_column(owner: dict[str, Any], amount: str) -> None:
    add_credit(owner["user_id"], "USD", TEN, actor=SYSTEM)
    with nothing_changed(), pytest.raises(Refused):
        add_credit(owner["user_id"], "USD", Decimal(amount), actor=SYSTEM)
    assert len(movements()) == 1


def test_use_takes_what_there_is_and_auto_use_all_or_nothing() -> None:
    credit = CreditFactory(amount=Decimal(4))
    who = {"user": credit.user, "currency": credit.currency}
    invoice = InvoiceFactory(items=[{"price": TEN}], **who)
    with nothing_changed():
        assert not pay_with_credit(invoice, actor=SYSTEM)
    assert use_credit(invoice.pk, actor=SYSTEM) == 4
    assert use_credit(invoice.pk, actor=SYSTEM) == 0
    add_credit(credit.user_id, credit.currency_code, Decimal(8), actor=SYSTEM)
    assert pay_with_credit(invoice, actor=SYSTEM)
    assert invoice.status == "paid"
    assert Credit.objects.get().amount == 2
    assert not pay_with_credit(invoice, actor=SYSTEM)
    with pytest.raises(Refused, match="cannot be paid"):
        use_credit(invoice.pk, actor=SYSTEM)


def test_movements_add_up_to_the_balance_over_the_api(client: Client) -> None:
    key()
    credit = CreditFactory(amount=Decimal(30))
    who = {"user": credit.user, "currency": credit.currency}
    use_credit(InvoiceFactory(items=[{"price": TEN}], **who).pk, actor=SYSTEM)
    rows = send(client, "GET", f"credit-movements?filter[user_id][eq]={credit.user_id}").json()
    told = [row["attributes"] for row in rows["data"]]
    assert [(row["kind"], row["amount"]) for row in told] == [
        ("opening", "30.00"),
        ("payment", "-10.00"),
    ]
    assert sum(Decimal(row["amount"]) for row in told) == Credit.objects.get().amount
    assert send(client, "POST", "credit-movements", {}).status_code == 405


# Deposits


@pytest.fixture
def gateway() -> Iterator[int]:
    gateways.register("Depositing", gateways.GatewayModule())
    yield GatewayFactory(extension="Depositing").pk
    gateways.forget("Depositing")


def switch(**settings: str) -> None:
    for name, value in settings.items():
        Setting.objects.create(key=name, value=value, type="string")
    options.forget()


@pytest.fixture
def limits() -> None:
    switch(
        credits_enabled="1",
        credits_minimum_deposit="5",
        credits_maximum_deposit="100",
        credits_maximum_credit="120",
    )


def deposit(owner: dict[str, Any], gateway: int | None, amount: Any = TEN) -> Invoice:
    return deposit_credit(
        User.objects.get(pk=owner["user_id"]),
        actor=SYSTEM,
        amount=amount,
        currency_code=owner["currency_code"],
        gateway_id=gateway,
    )


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize(
    "amount", [None, "4.99", "100.01", "NaN", "Infinity", "-10", "0.001", "1E+30"]
)
def test_deposits_outside_the_limits_are_refused(
    owner: dict[str, Any], gateway: int, amount: str | None
) -> None:
    with nothing_changed(), pytest.raises(Refused) as caught:
        deposit(owner, gateway, None if amount is None else Decimal(amount))
    assert list(caught.value.errors) == ["amount"]


@pytest.mark.usefixtures("limits")
def test_one_deposit_at_a_time_up_to_the_maximum(owner: dict[str, Any], gateway: int) -> None:
    invoice = deposit(owner, gateway, Decimal(100))
    with pytest.raises(Refused, match="unpaid invoice for credits"):
        deposit(owner, gateway)
    Invoice.objects.filter(pk=invoice.pk).update(status=Invoice.Status.CANCELLED)
    add_credit(owner["user_id"], "USD", Decimal(110), actor=SYSTEM)
    with pytest.raises(Refused, match="maximum credits"):
        deposit(owner, gateway, Decimal("10.01"))
    assert deposit(owner, gateway).status == "pending"


def test_first_deposit_is_limited_too(owner: dict[str, Any], gateway: int) -> None:
    switch(credits_enabled="1", credits_maximum_credit="50")
    with pytest.raises(Refused, match="maximum credits"):
        deposit(owner, gateway, Decimal(51))


@pytest.mark.usefixtures("limits")
def test_deposits_need_a_gateway_and_a_currency(owner: dict[str, Any], gateway: int) -> None:
    for wrong in (None, gateway + 1):
        with pytest.raises(Refused) as caught:
            deposit(owner, wrong)
        assert list(caught.value.errors) == ["gateway"]
    Currency.objects.all().delete()
    with pytest.raises(Refused) as caught:
        deposit(owner, gateway)
    assert list(caught.value.errors) == ["currency"]


def test_deposits_that_are_switched_off(owner: dict[str, Any], gateway: int) -> None:
    with pytest.raises(Refused, match="switched off"):
        deposit(owner, gateway)


def test_deposits_are_explained(owner: dict[str, Any], gateway: int) -> None:
    """An amount of three decimals is rounded as the database stores it."""
    switch(credits_enabled="1", credits_maximum_credit="500")
    item = deposit(owner, gateway, Decimal("12.345")).items.get()
    assert (item.price, list(unexplained())) == (Decimal("12.35"), [])
    assert explanation_of(item)["words"] == [
        "Deposit: Account credit.",
        "Account credit: 12.35 USD.",
        "One unit costs 12.35 USD.",
    ]
