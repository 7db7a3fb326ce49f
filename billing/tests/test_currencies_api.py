from typing import Any

import pytest
from django.test import Client

from billing.models import Cart, Credit, Currency, Price
from billing.tests.api import audits, changed, created, deleted, key, refused, send
from billing.tests.factories import (
    CartFactory,
    CreditFactory,
    CurrencyFactory,
    InvoiceFactory,
    OrderFactory,
    PriceFactory,
    ServiceFactory,
)
from paymenter.tests.api import set_option

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()
    set_option("default_currency", "USD")


def test_create_show_list(client: Client) -> None:
    CurrencyFactory(code="USD")
    body = {"code": "chf", "name": "Swiss franc", "prefix": "CHF "}
    data = created(client, "currencies", body)
    wanted = {
        "id": "CHF",
        "type": "currencies",
        "attributes": {
            "code": "CHF",
            "name": "Swiss franc",
            "prefix": "CHF",
            "suffix": None,
            "format": "1.000,00",
        },
    }
    assert data == wanted
    assert send(client, "GET", "currencies/chf").json() == {"data": wanted}
    listed = send(client, "GET", "currencies?sort=code").json()["data"]
    assert [row["id"] for row in listed] == ["CHF", "USD"]
    for unknown in ("EUR", "1", "EURO", "%20"):
        assert send(client, "GET", f"currencies/{unknown}").status_code == 404
    assert audits() == []  # as in Paymenter


def test_update_keeps_the_code(client: Client) -> None:
    CurrencyFactory(code="USD")
    body = {"code": "EUR", "name": "Dollar", "suffix": None, "format": "1 000.00"}
    data = changed(client, "currencies/USD", body)
    assert data["attributes"] == {
        "code": "USD",
        "name": "Dollar",
        "prefix": "$",
        "suffix": None,
        "format": "1 000.00",
    }


def test_bad_input_is_refused(client: Client) -> None:
    CurrencyFactory(code="USD")
    body = {"code": "usd", "name": "", "prefix": "x" * 11, "format": "1000"}
    assert refused(client, "POST", "currencies", body)["errors"] == {
        "code": ["The code has already been taken."],
        "name": ["The name field is required."],
        "prefix": ["The prefix field must not be greater than 10 characters."],
        "format": ["The selected format is invalid."],
    }
    answer = refused(client, "POST", "currencies", {"code": "€", "name": "Euro"})
    assert answer["errors"] == {"code": ["The code field must be three letters, such as USD."]}


def test_delete_takes_prices_and_carts_along(client: Client) -> None:
    euro = CurrencyFactory(code="EUR")
    price = PriceFactory(currency=euro)
    PriceFactory()
    CartFactory(currency=euro)
    CreditFactory(currency=euro, amount=0)
    deleted(client, "currencies/EUR")
    assert list(Currency.objects.values_list("code", flat=True)) == ["USD"]
    assert (Price.objects.count(), Cart.objects.count(), Credit.objects.count()) == (1, 0, 1)
    assert [(event, name, pk) for event, name, pk, *_ in audits()] == [
        ("deleted", "Price", price.pk)
    ]


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (ServiceFactory, "services"),
        (OrderFactory, "orders"),
        (InvoiceFactory, "invoices"),
        (CreditFactory, "credit"),
    ],
)
def test_delete_is_refused_where_it_is_used(client: Client, factory: Any, name: str) -> None:
    order = {"order__currency": CurrencyFactory(code="EUR")} if name == "services" else {}
    factory(currency=CurrencyFactory(code="EUR"), **order)
    answer = refused(client, "DELETE", "currencies/EUR")
    kind = {"services": ("services", "orders")}.get(name, (name,))
    assert answer["message"] in {f"There are {each} in this currency." for each in kind}


def test_default_currency_stays(client: Client) -> None:
    CurrencyFactory(code="USD")
    answer = refused(client, "DELETE", "currencies/usd")
    assert answer == {"message": "The default currency cannot be deleted."}
