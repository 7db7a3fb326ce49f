from typing import Any

import pytest
from django.test import Client

from billing.models import ConfigOption, Plan
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    ConfigOptionFactory,
    ConfigOptionProductFactory,
    CurrencyFactory,
    PlanFactory,
    ProductFactory,
    ServiceConfigFactory,
)

pytestmark = pytest.mark.django_db

FREE = {"name": "Free", "type": "free"}


@pytest.fixture(autouse=True)
def _key() -> None:
    key()
    CurrencyFactory(code="USD")


def test_create_with_values_and_products(client: Client) -> None:
    product = ProductFactory()
    body = {
        "name": "Memory",
        "type": "select",
        "env_variable": "MEMORY",
        "upgradable": 1,
        "products": [product.pk],
        "children": [
            {"name": "1 GB", "env_variable": "1024", "plans": [FREE]},
            {"name": "2 GB", "env_variable": "2048"},
        ],
    }
    data = created(client, "config-options?include=children.plans,products", body)
    option = ConfigOption.objects.get(parent=None)
    assert data["attributes"] == {
        "id": option.pk,
        "name": "Memory",
        "description": None,
        "env_variable": "MEMORY",
        "type": "select",
        "sort": None,
        "hidden": 0,
        "upgradable": 1,
        "parent_id": None,
        "updated_at": stamp(option.updated_at),
        "created_at": stamp(option.created_at),
    }
    children = list(option.children.order_by("sort"))
    assert [(c.name, c.env_variable, c.type, c.sort) for c in children] == [
        ("1 GB", "1024", None, 0),
        ("2 GB", "2048", None, 1),
    ]
    assert data["relationships"] == {
        "children": {"data": [{"type": "configOptions", "id": str(c.pk)} for c in children]},
        "products": {"data": [{"type": "products", "id": str(product.pk)}]},
    }
    assert [plan.name for plan in children[0].plans.all()] == ["Free"]
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "ConfigOption"),
        ("created", "ConfigOption"),
        ("created", "Plan"),
        ("created", "ConfigOption"),
        ("created", "ConfigOptionProduct"),
    ]


def test_single_value(client: Client) -> None:
    option = ConfigOptionFactory()
    body = {"name": "x", "parent_id": option.pk, "type": "text", "plans": [FREE]}
    data = created(client, "config-options", body)
    assert (data["attributes"]["type"], data["attributes"]["parent_id"]) == (None, option.pk)
    answer = refused(client, "POST", "config-options", {**body, "parent_id": data["id"]})
    assert answer["errors"] == {"parent_id": ["The selected parent id is invalid."]}


def test_update_of_the_set_of_values(client: Client) -> None:
    option = ConfigOptionFactory()
    kept, gone = (ConfigOptionFactory(parent=option) for _ in range(2))
    PlanFactory(priceable=gone)
    children = [{"name": "new", "env_variable": "N"}, {"id": kept.pk, "name": "kept"}]
    changed(client, f"config-options/{option.pk}", {"children": children})
    assert [c.name for c in option.children.order_by("sort")] == ["new", "kept"]
    assert not Plan.objects.exists()
    foreign = ConfigOptionFactory(parent=ConfigOptionFactory())
    answer = refused(
        client, "PUT", f"config-options/{option.pk}", {"children": [{"id": foreign.pk}]}
    )
    assert answer["errors"] == {"children.0.id": ["The selected id is invalid."]}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"name": "x"}, {"type": ["The type field is required."]}),
        ({"name": "x", "type": "y"}, {"type": ["The selected type is invalid."]}),
        (
            {"name": "x", "type": "text", "children": [{"name": "a", "env_variable": "b"}]},
            {"children": ["An option of the type text has no values."]},
        ),
        (
            {"name": "x", "type": "checkbox", "children": [{"name": "a", "env_variable": "b"}] * 2},
            {"children": ["A checkbox has one value only."]},
        ),
        (
            {"name": "x", "type": "select", "children": [{"name": "a"}]},
            {"children.0.env_variable": ["The env variable field is required."]},
        ),
        (
            {"name": "x", "type": "select", "plans": [FREE]},
            {"plans": ["Only the values of an option have plans."]},
        ),
    ],
)
def test_what_does_not_fit_is_refused(client: Client, body: Any, errors: Any) -> None:
    assert refused(client, "POST", "config-options", body)["errors"] == errors


def test_type_fits_the_values_after_an_update_too(client: Client) -> None:
    option = ConfigOptionFactory()
    ConfigOptionFactory(parent=option)
    answer = refused(client, "PATCH", f"config-options/{option.pk}", {"type": "number"})
    assert answer["errors"] == {"children": ["An option of the type number has no values."]}


def test_delete(client: Client) -> None:
    option = ConfigOptionFactory()
    child = ConfigOptionFactory(parent=option)
    PlanFactory(priceable=child)
    ConfigOptionProductFactory(config_option=option)
    deleted(client, f"config-options/{option.pk}")
    assert not ConfigOption.objects.exists()
    assert not Plan.objects.filter(priceable_type="App\\Models\\ConfigOption").exists()
    assert [(event, name) for event, name, *_ in audits()] == [
        ("deleted", "Plan"),
        ("deleted", "ConfigOption"),
        ("deleted", "ConfigOptionProduct"),
        ("deleted", "ConfigOption"),
    ]


def test_what_services_have_chosen_stays(client: Client) -> None:
    config = ServiceConfigFactory()
    for option in (config.config_value, config.config_option):
        answer = refused(client, "DELETE", f"config-options/{option.pk}")
        message = f"Services have chosen {config.config_value.name}"
        assert answer["message"].startswith((message, f"Services have chosen {option.name}"))
    path = f"config-options/{config.config_option_id}"
    assert "message" in refused(client, "PATCH", path, {"children": []})


def test_list(client: Client) -> None:
    option = ConfigOptionFactory(name="Memory")
    ConfigOptionFactory(parent=option)
    listed = send(client, "GET", "config-options?filter[parent_id][null]=1&sort=-name").json()
    assert [row["attributes"]["name"] for row in listed["data"]] == ["Memory"]
