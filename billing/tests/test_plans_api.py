from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import Plan, Price
from billing.tests.api import audits, changed, created, deleted, key, refused, send
from billing.tests.factories import (
    ConfigOptionFactory,
    CurrencyFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ServiceFactory,
    ServiceUpgradeFactory,
)

pytestmark = pytest.mark.django_db

PRODUCT, OPTION = "App\\Models\\Product", "App\\Models\\ConfigOption"


@pytest.fixture(autouse=True)
def _key() -> None:
    key()
    CurrencyFactory(code="USD")
    CurrencyFactory(code="EUR")


def test_list_and_show(client: Client) -> None:
    price = PriceFactory()
    plan = price.plan
    PlanFactory(name="Yearly", yearly=True)
    document = send(client, "GET", f"plans/{plan.pk}?include=prices").json()
    assert document == {
        "data": {
            "id": str(plan.pk),
            "type": "plans",
            "attributes": {
                "id": plan.pk,
                "name": "Monthly",
                "priceable_type": PRODUCT,
                "priceable_id": plan.priceable_id,
                "type": "recurring",
                "billing_period": 1,
                "billing_unit": "month",
                "sort": None,
            },
            "relationships": {"prices": {"data": [{"type": "prices", "id": str(price.pk)}]}},
        },
        "included": [
            {
                "id": str(price.pk),
                "type": "prices",
                "attributes": {
                    "id": price.pk,
                    "price": "10.00",
                    "setup_fee": "0.00",
                    "currency_code": "USD",
                },
            }
        ],
    }
    query = f"plans?filter[priceable_id][eq]={plan.priceable_id}&filter[priceable_type]=Product"
    listed = send(client, "GET", query).json()["data"]
    assert [row["id"] for row in listed] == [str(plan.pk)]


def test_create_of_a_value(client: Client) -> None:
    value = ConfigOptionFactory(parent=ConfigOptionFactory())
    body = {"name": "M", "type": "one-time", "priceable_type": OPTION, "priceable_id": value.pk}
    body["prices"] = [{"currency_code": "EUR", "price": "1.50"}]
    data = created(client, "plans", body)
    plan = value.plans.get()
    assert data["attributes"] == {
        "id": plan.pk,
        "name": "M",
        "priceable_type": OPTION,
        "priceable_id": value.pk,
        "type": "one-time",
        "billing_period": None,
        "billing_unit": None,
        "sort": None,
    }
    assert plan.prices.get().price == Decimal("1.50")
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "Plan"),
        ("created", "Price"),
    ]
    body["priceable_id"] = value.parent_id
    answer = refused(client, "POST", "plans", body)
    assert answer["errors"] == {"priceable_id": ["The selected priceable id is invalid."]}
    answer = refused(client, "POST", "plans", {**body, "priceable_type": "App\\Models\\User"})
    assert "priceable_type" in answer["errors"]


def test_type_and_period_go_together(client: Client) -> None:
    plan: Any = PlanFactory()
    path = f"plans/{plan.pk}"
    data = changed(client, path, {"type": "free"})
    assert (data["attributes"]["billing_period"], data["attributes"]["billing_unit"]) == (None,) * 2
    answer = refused(client, "PATCH", path, {"type": "recurring"})
    assert answer["errors"] == {
        "billing_period": ["The billing period field is required when type is recurring."],
        "billing_unit": ["The billing unit field is required when type is recurring."],
    }
    changed(client, path, {"billing_period": 7})
    plan.refresh_from_db()
    assert (plan.type, plan.billing_period) == (Plan.Type.FREE, None)
    changed(client, path, {"type": "recurring", "billing_period": 2, "billing_unit": "week"})
    plan.refresh_from_db()
    assert (plan.type, plan.billing_period, plan.billing_unit) == ("recurring", 2, "week")
    changed(client, path, {"type": "recurring"})
    plan.refresh_from_db()
    assert (plan.billing_period, plan.billing_unit) == (2, "week")


def test_owner_stays(client: Client) -> None:
    plan, other = PlanFactory(), ProductFactory()
    data = changed(client, f"plans/{plan.pk}", {"priceable_id": other.pk})
    assert data["attributes"]["priceable_id"] == plan.priceable_id


def test_delete_of_a_plan(client: Client) -> None:
    price = PriceFactory()
    deleted(client, f"plans/{price.plan_id}")
    assert not Plan.objects.exists()
    assert not Price.objects.exists()
    for plan in (ServiceFactory().plan, ServiceUpgradeFactory().plan):
        answer = refused(client, "DELETE", f"plans/{plan.pk}")
        assert answer == {"message": "The plan Monthly is used by services."}


def test_price(client: Client) -> None:
    plan = PlanFactory()
    body = {"plan_id": plan.pk, "currency_code": "eur", "price": "9.99", "setup_fee": None}
    data = created(client, "prices", body)
    price = Price.objects.get()
    assert data["attributes"] == {
        "id": price.pk,
        "price": "9.99",
        "setup_fee": None,
        "currency_code": "EUR",
    }
    taken = {"currency_code": ["The currency code has already been taken."]}
    assert refused(client, "POST", "prices", body)["errors"] == taken
    dollars = PriceFactory(plan=plan)
    path = f"prices/{dollars.pk}"
    assert refused(client, "PUT", path, {"currency_code": "EUR"})["errors"] == taken
    assert changed(client, path, {"price": 12})["attributes"]["price"] == "12.00"
    shown = send(client, "GET", f"prices/{price.pk}?include=plan,currency").json()
    assert [row["type"] for row in shown["included"]] == ["plans", "currencies"]
    assert [row["id"] for row in shown["included"]] == [str(plan.pk), "EUR"]
    deleted(client, f"prices/{price.pk}")
    assert audits() == [
        (
            "created",
            "Price",
            price.pk,
            [],
            {
                "currency_code": "EUR",
                "price": "9.99",
                "setup_fee": None,
                "plan_id": plan.pk,
                "id": price.pk,
            },
        ),
        ("updated", "Price", dollars.pk, {"price": "10.00"}, {"price": "12"}),
        (
            "deleted",
            "Price",
            price.pk,
            {
                "id": price.pk,
                "price": "9.99",
                "setup_fee": None,
                "currency_code": "EUR",
                "plan_id": plan.pk,
            },
            [],
        ),
    ]


def test_price_of_services_stays(client: Client) -> None:
    service = ServiceFactory()
    price = PriceFactory(plan=service.plan)
    answer = refused(client, "DELETE", f"prices/{price.pk}")
    assert answer == {"message": "Services with this plan are billed in this currency."}
