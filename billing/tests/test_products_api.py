from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.models import ConfigOptionProduct, CouponProduct, Plan, Price, Product, ProductUpgrade
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    CategoryFactory,
    ConfigOptionFactory,
    CouponFactory,
    CouponProductFactory,
    CurrencyFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ServerFactory,
    ServiceFactory,
    ServiceUpgradeFactory,
)
from paymenter.models import Setting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()
    CurrencyFactory(code="USD")
    CurrencyFactory(code="EUR")


def plans_of(product_id: Any) -> list[Any]:
    rows = Plan.objects.filter(priceable_id=product_id).order_by("sort")
    names = ("name", "priceable_type", "type", "billing_period", "billing_unit", "sort")
    return [tuple(getattr(plan, name) for name in names) for plan in rows]


def prices_of(product_id: Any) -> list[Any]:
    rows = Price.objects.filter(plan__priceable_id=product_id).order_by("pk")
    return [(p.currency_code, p.price, p.setup_fee) for p in rows]


MONTHLY = {
    "name": "Monthly",
    "type": "recurring",
    "billing_period": 1,
    "billing_unit": "month",
    "prices": [
        {"currency_code": "usd", "price": "10.005", "setup_fee": 5},
        {"currency_code": "EUR", "price": 9},
    ],
}


def test_create_with_all_parts(client: Client) -> None:
    category, server, upgrade = CategoryFactory(), ServerFactory(), ProductFactory()
    options = [ConfigOptionFactory(), ConfigOptionFactory()]
    body = {
        "name": "VPS Small",
        "category_id": category.pk,
        "description": "<p>Small</p>",
        "server_id": server.pk,
        "stock": 5,
        "hidden": True,
        "plans": [MONTHLY, {"name": "Free", "type": "free", "billing_period": 4}],
        "config_options": [options[1].pk, options[0].pk, options[0].pk],
        "upgrades": [upgrade.pk],
    }
    response = send(client, "POST", "products?include=category,plans.prices", body)
    assert response.status_code == 201, response.content
    document = response.json()
    product = Product.objects.get(slug="vps-small")
    assert document["data"]["attributes"] == {
        "id": product.pk,
        "name": "VPS Small",
        "description": "<p>Small</p>",
        "image": None,
        "slug": "vps-small",
        "stock": 5,
        "per_user_limit": None,
        "sort": None,
        "allow_quantity": "separated",
        "email_template": None,
        "hidden": 1,
        "updated_at": stamp(product.updated_at),
        "created_at": stamp(product.created_at),
    }
    monthly, free = Plan.objects.filter(priceable_id=product.pk).order_by("pk")
    assert document["data"]["relationships"]["plans"]["data"] == [
        {"type": "plans", "id": str(monthly.pk)},
        {"type": "plans", "id": str(free.pk)},
    ]
    assert (product.category, product.server) == (category, server)
    kind = "App\\Models\\Product"
    assert plans_of(product.pk) == [
        ("Monthly", kind, "recurring", 1, "month", 0),
        ("Free", kind, "free", None, None, 1),
    ]
    assert prices_of(product.pk) == [
        ("USD", Decimal("10.01"), Decimal("5.00")),
        ("EUR", Decimal("9.00"), None),
    ]
    links = ConfigOptionProduct.objects.filter(product=product).order_by("pk")
    assert [link.config_option_id for link in links] == [options[1].pk, options[0].pk]
    assert ProductUpgrade.objects.get().upgrade == upgrade
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "Product"),
        ("created", "Plan"),
        ("created", "Price"),
        ("created", "Price"),
        ("created", "Plan"),
        ("created", "ConfigOptionProduct"),
        ("created", "ConfigOptionProduct"),
        ("created", "ProductUpgrade"),
    ]
    assert audits()[0][4] == {
        "name": "VPS Small",
        "category_id": category.pk,
        "description": "<p>Small</p>",
    }


def test_least_that_is_needed(client: Client) -> None:
    category = CategoryFactory()
    data = created(client, "products", {"name": "A B", "category_id": category.pk})
    assert data["attributes"]["slug"] == "a-b"
    assert (data["attributes"]["hidden"], data["attributes"]["stock"]) == (0, None)


def test_update_of_own_fields_leaves_the_parts(client: Client) -> None:
    product = ProductFactory(description="old")
    plan = PlanFactory(priceable=product)
    data = changed(client, f"products/{product.pk}", {"description": "new", "stock": 3})
    assert (data["attributes"]["description"], data["attributes"]["stock"]) == ("new", 3)
    assert Plan.objects.get() == plan
    assert audits() == [
        ("updated", "Product", product.pk, {"description": "old"}, {"description": "new"})
    ]


def test_update_of_the_set_of_plans(client: Client) -> None:
    product = ProductFactory()
    kept, gone = PlanFactory(priceable=product, sort=0), PlanFactory(priceable=product, sort=1)
    dollars, euros = PriceFactory(plan=kept), PriceFactory(plan=kept, currency_code="EUR")
    PriceFactory(plan=gone)
    other = PlanFactory()
    changed(
        client,
        f"products/{product.pk}",
        {
            "plans": [
                {"name": "Once", "type": "one-time"},
                {"id": kept.pk, "prices": [{"id": dollars.pk, "price": "12"}]},
            ]
        },
    )
    kind = "App\\Models\\Product"
    assert plans_of(product.pk) == [
        ("Once", kind, "one-time", None, None, 0),
        ("Monthly", kind, "recurring", 1, "month", 1),
    ]
    assert prices_of(product.pk) == [("USD", Decimal("12.00"), Decimal("0.00"))]
    assert not Plan.objects.filter(pk=gone.pk).exists()
    assert not Price.objects.filter(pk=euros.pk).exists()
    assert Plan.objects.filter(pk=other.pk).exists()
    assert sorted((event, name) for event, name, *_ in audits()) == [
        ("created", "Plan"),
        ("deleted", "Plan"),
        ("deleted", "Price"),
        ("deleted", "Price"),
        ("updated", "Plan"),
        ("updated", "Price"),
    ]


def test_plan_of_a_service_stays(client: Client) -> None:
    service = ServiceFactory()
    product = service.product
    answer = refused(client, "PATCH", f"products/{product.pk}", {"name": "new", "plans": []})
    assert answer == {"message": "The plan Monthly is used by services."}
    changed(client, f"products/{product.pk}", {"plans": [{"id": service.plan_id, "name": "M"}]})
    assert [plan[0] for plan in plans_of(product.pk)] == ["M"]


@pytest.mark.parametrize(
    ("plans", "errors"),
    [
        ("x", {"plans": ["The plans field must be an array."]}),
        (["x"], {"plans": ["The plans field must be an array."]}),
        (
            [{"type": "recurring", "name": "x"}],
            {
                "plans.0.billing_period": [
                    "The billing period field is required when type is recurring."
                ],
                "plans.0.billing_unit": [
                    "The billing unit field is required when type is recurring."
                ],
            },
        ),
        (
            [MONTHLY, {**MONTHLY, "billing_unit": "hour", "billing_period": 0}],
            {
                "plans.1.billing_period": ["The billing period field must be at least 1."],
                "plans.1.billing_unit": ["The selected billing unit is invalid."],
            },
        ),
        (
            [{**MONTHLY, "prices": [{"currency_code": "XXX", "price": -1}]}],
            {
                "plans.0.prices.0.currency_code": ["The selected currency code is invalid."],
                "plans.0.prices.0.price": ["The price field must be at least 0."],
            },
        ),
        (
            [{**MONTHLY, "prices": [{"currency_code": "USD", "price": 1}] * 2}],
            {"prices": ["A plan has one price in each currency."]},
        ),
    ],
)
def test_bad_plans_are_refused(client: Client, plans: Any, errors: Any) -> None:
    category = CategoryFactory()
    body = {"name": "x", "category_id": category.pk, "plans": plans}
    assert refused(client, "POST", "products", body)["errors"] == errors


def test_plans_of_others_are_refused(client: Client) -> None:
    product, other = ProductFactory(), PlanFactory()
    plan = PlanFactory(priceable=product)
    foreign = PriceFactory()
    path = f"products/{product.pk}"
    for given, field in (
        ({"id": other.pk}, "plans.0.id"),
        ({"id": "x"}, "plans.0.id"),
        ({"id": plan.pk, "prices": [{"id": foreign.pk}]}, "plans.0.prices.0.id"),
    ):
        answer = refused(client, "PUT", path, {"plans": [given]})
        assert answer["errors"] == {field: ["The selected id is invalid."]}
    answer = refused(client, "PUT", path, {"plans": [{"id": plan.pk}, {"id": plan.pk}]})
    assert answer["errors"] == {"plans": ["The plans field has a duplicate value."]}


def test_links_are_replaced(client: Client) -> None:
    product = ProductFactory()
    first, second = ConfigOptionFactory(), ConfigOptionFactory()
    path = f"products/{product.pk}"
    for ids in ([first.pk], [second.pk, first.pk], [second.pk], []):
        changed(client, path, {"config_options": ids})
        links = ConfigOptionProduct.objects.filter(product=product)
        assert sorted(link.config_option_id for link in links) == sorted(ids)
    for bad in ([9999], ["x"], [None]):
        answer = refused(client, "PATCH", path, {"config_options": bad})
        assert answer["errors"] == {"config_options": ["The selected config options is invalid."]}
    answer = refused(client, "PATCH", path, {"upgrades": [product.pk]})
    assert answer["errors"] == {"upgrades": ["A product cannot be an upgrade of itself."]}


def test_bad_input_is_refused(client: Client) -> None:
    other = ProductFactory(slug="taken")
    answer = refused(
        client,
        "POST",
        "products",
        {"slug": "Taken", "stock": -1, "hidden": "x", "allow_quantity": "y", "server_id": 7},
    )
    assert answer["errors"] == {
        "name": ["The name field is required."],
        "slug": ["The slug has already been taken."],
        "category_id": ["The category id field is required."],
        "stock": ["The stock field must be at least 0."],
        "allow_quantity": ["The selected allow quantity is invalid."],
        "server_id": ["The selected server id is invalid."],
        "hidden": ["The hidden field must be true or false."],
    }
    answer = refused(client, "PATCH", f"products/{other.pk}", {"category_id": None})
    assert answer["errors"] == {"category_id": ["The category id field is required."]}


def test_delete(client: Client) -> None:
    product = ProductFactory()
    price = PriceFactory(plan=PlanFactory(priceable=product))
    coupon = CouponFactory()
    for target in (product, ProductFactory()):
        CouponProductFactory(coupon=coupon, product=target)
    Setting.objects.create(
        key="node", value="1", settingable_type="App\\Models\\Product", settingable_id=product.pk
    )
    deleted(client, f"products/{product.pk}")
    assert not Product.objects.filter(pk=product.pk).exists()
    assert not Price.objects.filter(pk=price.pk).exists()
    assert not Plan.objects.exists()
    assert CouponProduct.objects.count() == 1
    assert not Setting.objects.filter(key="node").exists()
    assert [(event, name) for event, name, *_ in audits()] == [
        ("deleted", "Price"),
        ("deleted", "Plan"),
        ("deleted", "CouponProduct"),
        ("deleted", "Product"),
    ]


def test_delete_is_refused_while_something_hangs_on_it(client: Client) -> None:
    service = ServiceFactory()
    answer = refused(client, "DELETE", f"products/{service.product_id}")
    assert answer == {"message": "The product has services: it can be hidden, not deleted."}
    upgrade = ServiceUpgradeFactory()
    answer = refused(client, "DELETE", f"products/{upgrade.product_id}")
    message = "Services have been upgraded to the product, or are about to be."
    assert answer == {"message": message}
    link = CouponProductFactory(coupon=CouponFactory(code="ONLY"))
    answer = refused(client, "DELETE", f"products/{link.product_id}")
    message = "The coupon ONLY is for this product alone: change it first."
    assert answer == {"message": message}
