"""The staff console's pages of products: plans with prices, what the server asks, copies."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Audit
from billing.models import Plan, Price, Product
from billing.servers.base import ConfigField, ServerError
from billing.tests.factories import (
    CategoryFactory,
    ConfigOptionProductFactory,
    CurrencyFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ProductUpgradeFactory,
    ServerFactory,
    ServiceFactory,
)
from billing.tests.servers import recorder
from paymenter import options
from paymenter.models import Setting
from paymenter.tests.console import errors_of, rows, signed_in

pytestmark = pytest.mark.django_db

PAGES = "/admin/billing/product/"
WRITE = ("admin.products.viewAny", "admin.products.create", "admin.products.update")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()
    CurrencyFactory(code="USD")
    CurrencyFactory(code="EUR")


def filled(**changes: Any) -> dict[str, Any]:
    return {"name": "Web S", "allow_quantity": "separated", **changes}


def plans(
    *given: dict[str, Any], stored: int = 0, **prices: list[dict[str, Any]]
) -> dict[str, Any]:
    boxes = rows("plans", *given, stored=stored)
    for place in range(len(given)):
        lines = prices.get(f"of_{place}", [])
        known = sum(1 for line in lines if "id" in line)
        boxes |= rows(f"plans-{place}-prices", *lines, stored=known)
    return boxes


MONTHLY = {"name": "Monthly", "type": "recurring", "billing_period": "1", "billing_unit": "month"}


def page(product: Product) -> str:
    return f"{PAGES}{product.pk}/change/"


def as_stored(product: Product, **changes: Any) -> dict[str, Any]:
    names = ("name", "slug", "category_id", "allow_quantity", "server_id", "sort")
    known = {name: getattr(product, name) for name in names}
    return {name: "" if v is None else v for name, v in (known | changes).items()}


def test_a_new_product_with_a_plan_and_its_prices() -> None:
    client, category = signed_in(*WRITE), CategoryFactory()
    lines = [{"currency_code": "USD", "price": "4"}, {"currency_code": "EUR", "price": "3.5"}]
    body = filled(category_id=category.pk) | plans(MONTHLY, of_0=lines)
    answer = client.post(f"{PAGES}add/", body)
    assert answer.status_code == 302, errors_of(answer)
    product = Product.objects.get()
    assert (product.slug, product.category, product.allow_quantity) == (
        "web-s",
        category,
        "separated",
    )
    plan = product.plans.get()
    assert (plan.name, plan.type, plan.billing_period, plan.billing_unit) == (
        *("Monthly", "recurring"),
        *(1, "month"),
    )
    assert [(p.currency_code, p.price) for p in plan.prices.order_by("pk")] == [
        ("USD", Decimal(4)),
        ("EUR", Decimal("3.5")),
    ]


def test_refusals_stand_at_their_boxes() -> None:
    client = signed_in(*WRITE)
    lines = [{"currency_code": "USD", "price": "free"}]
    body = filled(name="") | plans(MONTHLY | {"billing_period": ""}, of_0=lines)
    assert errors_of(client.post(f"{PAGES}add/", body)) == {
        "name": ["The name field is required."],
        "category_id": ["The category id field is required."],
        "plans.0.billing_period": ["The billing period field is required when type is recurring."],
    }
    assert not Product.objects.exists()


def test_a_plan_that_services_have_stays() -> None:
    client, service = signed_in("*"), ServiceFactory()
    plan = service.plan
    lines = plans({**MONTHLY, "id": plan.pk, "DELETE": "on"}, stored=1, of_0=[])
    answer = client.post(page(service.product), as_stored(service.product) | lines)
    assert answer.status_code == 200
    assert "is used by services." in answer.content.decode()
    assert Plan.objects.filter(pk=plan.pk).exists()


def test_one_with_services_is_not_deleted() -> None:
    client, service = signed_in("*"), ServiceFactory()
    answer = client.post(f"{PAGES}{service.product_id}/delete/", {"post": "yes"}, follow=True)
    assert "The product has services: it can be hidden, not deleted." in answer.content.decode()
    assert Product.objects.filter(pk=service.product_id).exists()


def test_nobody_without_the_permission(client: Client) -> None:
    product = ProductFactory()
    client = signed_in("admin.tickets.viewAny")
    for address in (PAGES, page(product), f"{PAGES}{product.pk}/duplicate-product/"):
        assert client.get(address).status_code == 403
    client = signed_in("admin.products.viewAny")
    assert client.get(page(product)).status_code == 200
    assert client.post(page(product), as_stored(product, name="Other")).status_code == 403
    assert client.post(f"{PAGES}{product.pk}/duplicate-product/").status_code == 403
    product.refresh_from_db()
    assert (product.name, Product.objects.count()) == (product.slug.capitalize(), 1)


# -- the list ------------------------------------------------------------------------------------


def test_the_list_is_in_the_order_of_the_shop() -> None:
    later, first = CategoryFactory(name="B", sort=2), CategoryFactory(name="A", sort=1)
    names = [("b1", later, 0), ("a2", first, 2), ("a1", first, 1)]
    for name, category, sort in names:
        ProductFactory(name=name, category=category, sort=sort)
    answer = signed_in("admin.products.viewAny").get(PAGES)
    assert [product.name for product in answer.context["cl"].result_list] == ["a1", "a2", "b1"]


def order(*products: Product) -> dict[str, Any]:
    boxes = rows("form", *({"id": p.pk, "sort": n} for n, p in enumerate(products)), stored=2)
    return boxes | {"_save": "Save"}


def test_the_order_is_changed_in_the_list() -> None:
    one, two = ProductFactory(sort=0), ProductFactory(sort=1)
    client = signed_in(*WRITE)
    assert client.post(PAGES, order(two, one)).status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.sort, two.sort) == (1, 0)


def test_the_order_is_not_changed_by_who_may_only_look() -> None:
    one, two = ProductFactory(sort=0), ProductFactory(sort=1)
    assert signed_in("admin.products.viewAny").post(PAGES, order(two, one)).status_code == 403
    one.refresh_from_db()
    assert one.sort == 0


def test_pages_cost_the_same_for_many(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in("*")
    for _ in range(5):
        PriceFactory(plan=PlanFactory(priceable=ProductFactory(with_server=True)))
    product = ProductFactory()
    for _ in range(6):
        PriceFactory(plan=PlanFactory(priceable=product))
    for address in (PAGES, page(product), f"{PAGES}add/"):
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200


# -- copies --------------------------------------------------------------------------------------


def original() -> Product:
    product: Product = ProductFactory(name="VPS", slug="vps", server=ServerFactory(), stock=3)
    PriceFactory(plan=PlanFactory(priceable=product), price=Decimal(7), setup_fee=Decimal(1))
    ConfigOptionProductFactory(product=product)
    ProductUpgradeFactory(product=product)
    owner = {"settingable_type": "App\\Models\\Product", "settingable_id": product.pk}
    Setting.objects.create(key="memory", value="1024", **owner)
    return product


def test_a_copy_has_all_parts_of_its_own() -> None:
    product, client = original(), signed_in(*WRITE)
    for _ in range(2):
        answer = client.post(f"{PAGES}{product.pk}/duplicate-product/", {"name": "VPS 2"})
    copies = Product.objects.filter(name="VPS 2").order_by("pk")
    assert [copy.slug for copy in copies] == ["vps-copy", "vps-copy-2"]
    assert answer["Location"] == page(copies[1])
    for copy in copies:
        assert (copy.stock, copy.server_id, copy.category_id) == (
            *(3, product.server_id),
            product.category_id,
        )
        assert [(u.upgrade_id) for u in copy.upgrade_links.all()] == [
            product.upgrade_links.get().upgrade_id
        ]
        assert copy.config_options.get() == product.config_options.get()
        price = Price.objects.get(plan=copy.plans.get())
        assert (price.price, price.setup_fee) == (Decimal(7), Decimal(1))
        assert price.currency_code == "USD"
        assert options.owned_by("App\\Models\\Product", copy.pk) == {"memory": "1024"}
    assert product.plans.count() == 1


# -- what the server asks ------------------------------------------------------------------------

ASKS = (
    ConfigField("memory", "Memory", type="number", required=True, rules="integer|min:128"),
    ConfigField("node", "Node", type="select", options={"1": "Berlin", "2": "Oslo"}),
    ConfigField("places", "Places", type="select", options={"1": "A", "2": "B"}, multiple=True),
    ConfigField("token", "Token", type="password"),
)


def on_server() -> Product:
    product: Product = ProductFactory(server=ServerFactory(extension="Recorder"))
    return product


def test_what_the_server_asks_is_stored_with_the_product() -> None:
    product, client = on_server(), signed_in(*WRITE)
    asked = {
        "settings.memory": "512",
        "settings.node": "2",
        "settings.places": ["1", "2"],
        "settings.token": "sesame",
    }
    with recorder(*ASKS):
        shown = client.get(page(product)).content.decode()
        answer = client.post(page(product), as_stored(product) | asked | rows("plans"))
        assert answer.status_code == 302, errors_of(answer)
        again = client.get(page(product)).content.decode()
    assert "Berlin" in shown
    chosen = options.owned_by("App\\Models\\Product", product.pk)
    assert chosen == {"memory": "512", "node": "2", "places": ["1", "2"], "token": "sesame"}
    token = Setting.objects.get(key="token", settingable_id=product.pk)
    assert token.encrypted
    assert "sesame" not in str(token.value) + again
    assert "is set: leave empty to keep it" in again
    told = [str(a.new_values) for a in Audit.objects.filter(auditable_type="App\\Models\\Setting")]
    assert len(told) == 4
    assert "sesame" not in str(told)


def test_what_does_not_fit_is_refused_at_its_box() -> None:
    product, client = on_server(), signed_in(*WRITE)
    asked = {"settings.memory": "64", "settings.node": "3"}
    with recorder(*ASKS):
        answer = client.post(page(product), as_stored(product) | asked | rows("plans"))
        assert errors_of(answer) == {
            "settings.memory": ["The Memory field must be at least 128."],
            "settings.node": ["The selected Node is invalid."],
        }
    assert not Setting.objects.filter(settingable_id=product.pk).exists()


def test_a_server_that_is_down_is_said_and_the_rest_can_be_saved() -> None:
    product, client = on_server(), signed_in(*WRITE)
    with recorder(product_options=ServerError("Timed out.")):
        assert "does not say what can be chosen: Timed out." in (
            client.get(page(product)).content.decode()
        )
        body = as_stored(product, name="Renamed") | rows("plans")
        assert client.post(page(product), body).status_code == 302
    product.refresh_from_db()
    assert product.name == "Renamed"


# -- images --------------------------------------------------------------------------------------


def test_an_image_is_stored_by_what_it_is(settings: Any, tmp_path: Any) -> None:
    settings.PUBLIC_FILES_DIR = tmp_path
    product, client = ProductFactory(), signed_in(*WRITE)
    file = SimpleUploadedFile("evil.php", PNG)
    client.post(page(product), as_stored(product) | {"image": file} | rows("plans"))
    product.refresh_from_db()
    assert re.fullmatch(r"products/[0-9a-f]{32}\.png", product.image)
    assert (tmp_path / product.image).read_bytes() == PNG
    served: Any = client.get(f"/storage/{product.image}")
    assert (served.status_code, served["Content-Type"]) == (200, "image/png")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert b"".join(served.streaming_content) == PNG
    request_finished.disconnect(close_old_connections)  # as the test client does it elsewhere
    served.close()
    request_finished.connect(close_old_connections)
    client.post(page(product), as_stored(product) | {"image-clear": "1"} | rows("plans"))
    product.refresh_from_db()
    assert product.image is None


@pytest.mark.parametrize(
    "content", [b"<?php echo 1;", b"<svg xmlns='x'><script>1</script></svg>", b""]
)
def test_what_is_no_image_is_refused(settings: Any, tmp_path: Any, content: bytes) -> None:
    settings.PUBLIC_FILES_DIR = tmp_path
    product, client = ProductFactory(), signed_in(*WRITE)
    body = as_stored(product) | {"image": SimpleUploadedFile("a.png", content)} | rows("plans")
    answer = client.post(page(product), body)
    assert errors_of(answer)["image"][0].startswith("The file must be an image of one of")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../secret.png", "notes.txt", "none.png", "/etc/passwd"])
def test_only_images_of_the_public_disk_are_served(
    client: Client, settings: Any, tmp_path: Any, path: str
) -> None:
    settings.PUBLIC_FILES_DIR = tmp_path / "public"
    (tmp_path / "public").mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "public" / "notes.txt").write_text("secret")
    assert client.get(f"/storage/{path}").status_code == 404
