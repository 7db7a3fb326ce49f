"""What server modules ask who orders."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Property
from accounts.tests.factories import UserFactory
from billing.actions.carts import add_item, open_cart
from billing.actions.checkout import checkout
from billing.actions.lines import Wanted
from billing.actions.server_fields import CHANGED, UNAVAILABLE
from billing.models import Cart, Order
from billing.rules.checkout_fields import refusal
from billing.servers.base import ConfigField, Server, ServerError
from billing.tests.api import created, key, refused
from billing.tests.factories import PriceFactory, ServerFactory
from paymenter import plugins
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.tests.database import seed

pytestmark = pytest.mark.django_db

DOMAIN = ConfigField("domain", "Domain", required=True, rules="string|domain|max:30")
SYSTEMS = {"deb": "Debian", "alp": "Alpine"}


class Asking(Server):
    name = "Asking"
    fields: Sequence[ConfigField] = ()
    fails: Exception | None = None
    inside: list[bool] = []

    def checkout_fields(
        self, settings: Mapping[str, Any], values: Mapping[str, Any]
    ) -> Sequence[ConfigField]:
        self.inside.append(connection.in_atomic_block)
        if self.fails:
            raise self.fails
        return self.fields


@pytest.fixture(autouse=True)
def module() -> Iterator[type[Asking]]:
    seed(connection)
    key()
    Asking.fields, Asking.fails, Asking.inside = (DOMAIN,), None, []
    plugins.servers.register("Asking", f"{__name__}.Asking")
    yield Asking
    plugins.servers.unregister("Asking")


def plan(extension: str = "Asking") -> Any:
    server = ServerFactory(extension=extension)
    return PriceFactory(plan__priceable__server_id=server.pk).plan


def body(wanted: Any, **properties: Any) -> dict[str, Any]:
    item = {"product_id": wanted.priceable_id, "plan_id": wanted.pk, "properties": properties}
    return {"user_id": UserFactory().pk, "currency_code": "USD", "items": [item]}


def properties() -> dict[str, str]:
    rows = Property.objects.filter(model_type="App\\Models\\Service")
    return dict(rows.values_list("key", "value"))


def test_answers_become_properties_of_the_service(client: Client) -> None:
    Asking.fields = (DOMAIN, ConfigField("os", "System", "select", options=SYSTEMS))
    created(client, "checkouts", body(plan(), domain="example.com", location="fra"))
    assert properties() == {"domain": "example.com", "location": "fra", "os": "deb"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "The Domain field is required."),
        ({"domain": "localhost"}, "The Domain is not a valid domain."),
        ({"domain": "a" * 27 + ".com"}, "The Domain field must not be greater than 30 characters."),
    ],
)
def test_wrong_answers_are_refused(client: Client, given: dict[str, Any], text: str) -> None:
    errors = refused(client, "POST", "checkouts", body(plan(), **given))["errors"]
    assert errors == {"items.0.properties.domain": [text]}
    assert not Order.objects.exists()


@pytest.mark.parametrize("error", [ServerError("down"), TypeError("broken")])
def test_nobody_orders_what_the_panel_cannot_make(client: Client, error: Exception) -> None:
    Asking.fails, wanted = error, plan()
    told = refused(client, "POST", "checkouts", body(wanted, domain="example.com"))
    assert told["message"] == UNAVAILABLE.format(wanted.priceable.name)
    assert not Order.objects.exists()


def test_a_rule_that_is_not_known_blocks_the_order(client: Client) -> None:
    Asking.fields = (ConfigField("domain", "Domain", rules="regex:/x/"),)
    refused(client, "POST", "checkouts", body(plan(), domain="example.com"))


def test_a_module_that_is_not_installed_asks_nothing(client: Client) -> None:
    created(client, "checkouts", body(plan("Elsewhere"), domain="example.com"))
    assert properties() == {"domain": "example.com"}


def in_cart(fields: Mapping[str, Any]) -> tuple[Cart, Any]:
    user, wanted = UserFactory(), plan()
    cart = open_cart(user=user, currency_code="USD", actor=SYSTEM)
    add_item(cart, Wanted(wanted.priceable, wanted, fields=fields), actor=SYSTEM, user=user)
    return cart, user


def test_what_lies_in_a_cart_is_asked_again() -> None:
    cart, user = in_cart({"domain": "example.com"})
    checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)
    assert properties() == {"domain": "example.com"}


def test_what_is_not_accepted_any_more_stays_in_the_cart() -> None:
    cart, user = in_cart({"domain": "nonsense"})
    with pytest.raises(Refused) as caught:
        checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)
    (item,) = cart.items.select_related("product")
    assert item.product is not None
    assert str(caught.value) == CHANGED.format(item.product.name)
    assert (Order.objects.exists(), cart.items.count()) == (False, 1)


@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_while_the_panel_is_asked(client: Client) -> None:
    created(client, "checkouts", body(plan(), domain="example.com"))
    cart, user = in_cart({"domain": "example.com"})
    checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)
    assert Asking.inside == [False, False]


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("example.com", True),
        ("a-b.example.co.uk.", True),
        ("xn--bcher-kva.example", True),
        ("a b@c/../x.com", False),
        ("-a.com", False),
        ("a-.com", False),
        ("a.1", False),
        ("a..com", False),
        ("a" * 64 + ".com", False),
        (5, False),
    ],
)
def test_domains(value: Any, fine: bool) -> None:
    asked = ConfigField("domain", "Domain", rules="domain")
    assert (refusal(asked, value) is None) == fine


@pytest.mark.parametrize(
    ("rules", "value", "text"),
    [
        ("integer|min:2|max:9", "5", None),
        ("integer|min:2", "1", "The N field must be at least 2."),
        ("numeric", "x", "The N field must be a number."),
        ("email", "x", "The N field must be a valid email address."),
        ("url", "x", "The N field must be a valid URL."),
        ("boolean", "2", "The N field must be true or false."),
        ("in:a,b", "c", "The selected N is invalid."),
        ("nullable|string", None, None),
    ],
)
def test_rules(rules: str, value: Any, text: str | None) -> None:
    assert refusal(ConfigField("n", "N", rules=rules), value) == text
