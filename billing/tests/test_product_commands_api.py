"""Verbs of products and servers beside those of a row, over the API."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import ApiKey
from accounts.rules.permissions import API_KEY
from billing.models import Product
from billing.servers.base import ConfigField, ServerError
from billing.tests.api import changed, key, refused, send
from billing.tests.factories import (
    CategoryFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ServerFactory,
)
from billing.tests.servers import recorder
from paymenter.laravel.crypt import encrypter
from paymenter.models import Setting
from paymenter.tests.api import store_key

pytestmark = pytest.mark.django_db

MEMORY = ConfigField("memory", "Memory", type="number", required=True, rules="integer|min:128")
TOKEN = ConfigField("token", "Token", type="password")


@pytest.fixture(autouse=True)
def _key() -> None:
    cache.clear()
    key()


def on_server() -> Product:
    product: Product = ProductFactory(server=ServerFactory(extension="Recorder"))
    return product


def test_a_copy_has_a_slug_of_its_own(client: Client) -> None:
    product = ProductFactory(name="Web S", slug="web-s")
    PriceFactory(plan=PlanFactory(priceable=product))
    made = [send(client, "POST", f"products/{product.pk}/duplicate", {}) for _ in range(3)]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    shown = [answer.json()["data"]["attributes"] for answer in made]
    assert [(each["name"], each["slug"]) for each in shown] == [
        ("Copy of Web S", "web-s-copy"),
        ("Copy of Web S", "web-s-copy-2"),
        ("Copy of Web S", "web-s-copy-3"),
    ]


def test_copies_need_the_right_to_create(client: Client) -> None:
    product = ProductFactory()
    ApiKey.objects.all().delete()
    store_key(*(name for name in API_KEY if name != "admin.products.create"))
    assert send(client, "POST", f"products/{product.pk}/duplicate", {}).status_code == 403
    assert Product.objects.count() == 1


def test_what_the_server_offers_and_what_is_chosen(client: Client) -> None:
    product = on_server()
    with recorder(MEMORY, TOKEN):
        changed(client, f"products/{product.pk}", {"settings": {"memory": 512, "token": "sesame"}})
        shown = send(client, "GET", f"products/{product.pk}/settings").json()["settings"]
    assert [(each["name"], each["label"], each["value"]) for each in shown] == [
        ("memory", "Memory", "512"),
        ("token", "Token", True),
    ]
    rows = Setting.objects.filter(settingable_id=product.pk).order_by("key")
    assert [(row.key, row.type, row.encrypted) for row in rows] == [
        ("memory", "string", False),
        ("token", "string", True),
    ]


@pytest.mark.parametrize(
    ("settings", "errors"),
    [
        ({"memory": 1}, {"settings.memory": ["The Memory field must be at least 128."]}),
        ({"memory": None}, {"settings.memory": ["The Memory field is required."]}),
        ({"disk": 1}, {"settings.disk": ["The server of the product has no setting disk."]}),
        ("memory", {"settings": ["The settings field must be an array."]}),
    ],
)
def test_settings_that_do_not_fit(client: Client, settings: Any, errors: Any) -> None:
    product = on_server()
    with recorder(MEMORY):
        answer = refused(client, "PATCH", f"products/{product.pk}", {"settings": settings})
    assert answer["errors"] == errors


def test_settings_of_a_new_product_are_those_of_its_server(client: Client) -> None:
    server, category = ServerFactory(extension="Recorder"), CategoryFactory()
    body = {"name": "VPS", "category_id": category.pk, "server_id": server.pk}
    with recorder(MEMORY):
        answer = send(client, "POST", "products", {**body, "settings": {"memory": 256}})
    assert answer.status_code == 201, answer.content
    row = Setting.objects.get(key="memory")
    assert (row.settingable_id, row.value) == (Product.objects.get().pk, "256")


def test_a_panel_that_does_not_answer(client: Client) -> None:
    product = on_server()
    with recorder(product_options=ServerError("Timed out.")):
        answer = refused(client, "GET", f"products/{product.pk}/settings")
    assert answer["message"] == "The server Recorder does not say what can be chosen: Timed out."


def test_the_connection_is_tested_with_the_stored_settings(client: Client) -> None:
    server = ServerFactory(extension="Recorder")
    owner = {"settingable_type": "App\\Models\\Server", "settingable_id": server.pk}
    Setting.objects.create(
        key="api_key", value=encrypter().encrypt_string("sesame"), encrypted=True, **owner
    )
    with recorder() as module:
        assert send(client, "POST", f"servers/{server.pk}/test").status_code == 200
        assert module.tested == [{"api_key": "sesame"}]
    with recorder(test_connection=ServerError("Wrong key.")):
        answer = refused(client, "POST", f"servers/{server.pk}/test")
    assert answer["message"] == "The server does not work with these settings: Wrong key."


def test_a_module_without_a_test(client: Client) -> None:
    server = ServerFactory(extension="Pterodactyl")
    answer = refused(client, "POST", f"servers/{server.pk}/test")
    assert answer["message"] == "The module Pterodactyl has no test."


def test_who_may_not_change_servers_does_not_test_them(client: Client) -> None:
    server = ServerFactory(extension="Recorder")
    ApiKey.objects.all().delete()
    store_key(*(name for name in API_KEY if name != "admin.servers.update"))
    with recorder() as module:
        assert send(client, "POST", f"servers/{server.pk}/test").status_code == 403
        assert module.tested == []
