"""What staff order and upgrade for a client."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from billing.actions.carts import add_item, lines_of, open_cart
from billing.actions.checkout import SOLD_OUT, checkout
from billing.actions.lines import Wanted
from billing.actions.services import terminate_service
from billing.models import Currency, Invoice, Order, Plan, Price, Product, Service, ServiceUpgrade
from billing.provisioning.models import Provisioning
from billing.tests.api import created, key, refused, send
from billing.tests.factories import CategoryFactory, ServerFactory
from billing.tests.recalculation import amount_of
from paymenter.actor import SYSTEM
from paymenter.tests.database import seed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed() -> None:
    seed(connection)
    Currency.objects.get_or_create(
        code="USD", defaults={"name": "US Dollar", "prefix": "$", "format": "1,000.00"}
    )
    key()


def sold(name: str, price: str, **values: Any) -> Plan:
    """A product with one monthly plan."""
    category = CategoryFactory()
    product = Product.objects.create(name=name, slug=name, category=category, **values)
    plan = Plan.objects.create(
        priceable_type="App\\Models\\Product",
        priceable_id=product.pk,
        name="Monthly",
        type="recurring",
        billing_period=1,
        billing_unit="month",
    )
    Price.objects.create(plan=plan, currency_code="USD", price=Decimal(price))
    return plan


def order(plan: Plan, **values: Any) -> dict[str, Any]:
    item = {"product_id": plan.priceable_id, "plan_id": plan.pk, **values}
    return {"user_id": UserFactory().pk, "currency_code": "USD", "items": [item]}


def test_staff_order_for_a_client(client: Client) -> None:
    plan = sold("Web", "9.99", stock=3, hidden=True)
    made = created(client, "checkouts", order(plan, quantity=2))
    service = Service.objects.get(order_id=int(made["id"]))
    invoice = Invoice.objects.get()
    item = invoice.items.get()
    assert (service.status, service.quantity, service.price) == ("pending", 2, Decimal("9.99"))
    assert (item.price, item.quantity, item.reference_id) == (Decimal("9.99"), 2, service.pk)
    assert Product.objects.get().stock == 1
    told = send(client, "GET", f"invoice-items/{item.pk}/explanation").json()
    assert amount_of(told["facts"]) == "19.98"
    assert told["words"][-1] == "One unit costs 9.99 USD, 2 units cost 19.98 USD."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"coupon": "NOPE"}, "coupon"),
        ({"currency_code": "XXX"}, "currency_code"),
    ],
)
def test_refused_orders_leave_nothing(client: Client, changes: dict[str, Any], field: str) -> None:
    body = order(sold("Web", "9.99")) | changes
    assert list(refused(client, "POST", "checkouts", body)["errors"]) == [field]


def test_rows_that_staff_enter_take_no_stock(client: Client) -> None:
    """As in Paymenter's API: an order is a row, and so is each service."""
    plan, user = sold("Web", "9.99", stock=3), UserFactory()
    whose = {"user_id": user.pk, "currency_code": "USD"}
    made = created(client, "orders", whose)
    what = {"product_id": plan.priceable_id, "plan_id": plan.pk, "order_id": int(made["id"])}
    created(client, "services", {**whose, **what, "quantity": 2, "price": "9.99"})
    assert (Product.objects.get().stock, Invoice.objects.count()) == (3, 0)


def test_what_is_sold_out_is_refused(client: Client) -> None:
    body = order(sold("Web", "9.99", stock=1), quantity=2)
    assert refused(client, "POST", "checkouts", body)["message"] == SOLD_OUT.format("Web")
    assert not Order.objects.exists()


def test_plan_of_another_product_is_refused(client: Client) -> None:
    body = order(sold("Web", "9.99"))
    body["items"][0]["plan_id"] = sold("Mail", "5.00").pk
    assert list(refused(client, "POST", "checkouts", body)["errors"]) == ["items.0.plan_id"]


def upgradable() -> tuple[Service, Product]:
    small, big = sold("Small", "10.00"), sold("Big", "30.00")
    small.priceable.upgrade_links.create(upgrade=big.priceable)
    service = Service.objects.create(
        user=UserFactory(),
        product=small.priceable,
        plan=small,
        currency_code="USD",
        price=Decimal(10),
        quantity=2,
        status="active",
    )
    return service, big.priceable


def test_upgrade_is_quoted_then_ordered(client: Client) -> None:
    service, big = upgradable()
    body = {"product_id": big.pk}
    quoted = send(client, "POST", f"services/{service.pk}/upgrade-quote", body)
    assert quoted.status_code == 200, quoted.content
    assert (quoted.json()["amount"], quoted.json()["price"]) == ("40.00", "30.00")
    assert not ServiceUpgrade.objects.exists()
    made = created(client, f"services/{service.pk}/upgrade", body)
    upgrade = ServiceUpgrade.objects.get(pk=made["id"])
    assert upgrade.invoice is not None
    assert upgrade.invoice.items.get().price == Decimal("40.00")
    told = send(client, "GET", f"service-upgrades/{upgrade.pk}/explanation").json()
    assert amount_of(told["facts"]) == "40.00"


def test_second_upgrade_waits_for_the_first(client: Client) -> None:
    service, big = upgradable()
    created(client, f"services/{service.pk}/upgrade", {"product_id": big.pk})
    refused(client, "POST", f"services/{service.pk}/upgrade", {"product_id": big.pk})


def test_checkout_of_one_item_takes_few_statements() -> None:
    plan, user = sold("Web", "9.99", stock=3), UserFactory()
    for _ in range(2):  # what is remembered for seconds is read by the first one
        cart = open_cart(user=user, currency_code="USD", actor=SYSTEM)
        add_item(cart, Wanted(plan.priceable, plan), actor=SYSTEM, user=user)
        assert lines_of(cart, user).total == Decimal("9.99")
        with CaptureQueriesContext(connection) as queries:
            checkout(cart, user=user, accepts_terms=True, actor=SYSTEM)
    counted = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(counted) <= MOST_STATEMENTS, "\n".join(counted)


MOST_STATEMENTS = 25


@pytest.mark.parametrize(("before", "action"), [(False, "create"), (True, "upgrade")])
def test_server_of_an_upgrade(client: Client, before: bool, action: str) -> None:
    """Seed 15 of the simulator: where the old product had no server, there is none to upgrade."""
    service, big = upgradable()
    server = ServerFactory()
    wanted = Product.objects.all() if before else Product.objects.filter(pk=big.pk)
    wanted.update(server_id=server.pk)
    Price.objects.update(price=Decimal(5))
    created(client, f"services/{service.pk}/upgrade", {"product_id": big.pk})
    assert list(Provisioning.objects.values_list("action", flat=True)) == [action]


def test_upgrade_ends_with_its_service(client: Client) -> None:
    """Found by the simulator: it could still be paid."""
    service, big = upgradable()
    created(client, f"services/{service.pk}/upgrade", {"product_id": big.pk})
    terminate_service(service, actor=SYSTEM)
    upgrade = ServiceUpgrade.objects.get()
    assert (upgrade.status, Invoice.objects.get().status) == ("cancelled", "cancelled")
