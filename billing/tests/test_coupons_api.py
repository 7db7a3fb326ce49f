import pytest
from django.test import Client

from billing.models import Coupon, CouponProduct
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    CouponFactory,
    CouponProductFactory,
    ProductFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_create(client: Client) -> None:
    product = ProductFactory()
    body = {
        "code": "SUMMER",
        "type": "percentage",
        "value": "12.5",
        "recurring": 0,
        "starts_at": "2026-06-01",
        "products": [product.pk],
    }
    data = created(client, "coupons?include=products", body)
    coupon = Coupon.objects.get()
    assert data == {
        "id": str(coupon.pk),
        "type": "coupons",
        "attributes": {
            "id": coupon.pk,
            "code": "SUMMER",
            "type": "percentage",
            "applies_to": "all",
            "recurring": 0,
            "value": 12.5,
            "max_uses": None,
            "max_uses_per_user": None,
            "starts_at": "2026-06-01T00:00:00.000000Z",
            "expires_at": None,
            "updated_at": stamp(coupon.updated_at),
            "created_at": stamp(coupon.created_at),
        },
        "relationships": {"products": {"data": [{"type": "products", "id": str(product.pk)}]}},
    }
    assert audits()[0] == (
        "created",
        "Coupon",
        coupon.pk,
        [],
        {
            "code": "SUMMER",
            "type": "percentage",
            "value": "12.5",
            "applies_to": "all",
            "recurring": 0,
            "starts_at": "2026-06-01 00:00:00",
            "id": coupon.pk,
        },
    )
    assert [(event, name) for event, name, *_ in audits()[1:]] == [("created", "CouponProduct")]


def test_others_include_paymenters_short_form(client: Client) -> None:
    service = ServiceFactory(coupon=CouponFactory())
    document = send(client, "GET", f"services/{service.pk}?include=coupon").json()
    assert "applies_to" not in document["included"][0]["attributes"]
    document = send(client, "GET", f"coupons/{service.coupon_id}?include=services").json()
    assert document["included"][0]["id"] == str(service.pk)


def test_update(client: Client) -> None:
    coupon = CouponFactory()
    link = CouponProductFactory(coupon=coupon)
    path = f"coupons/{coupon.pk}"
    changed(client, path, {"max_uses": 5, "expires_at": "2026-12-31 12:00"})
    assert CouponProduct.objects.get() == link
    changed(client, path, {"products": []})
    assert not CouponProduct.objects.exists()
    assert [(event, name, new) for event, name, _, _, new in audits()] == [
        ("updated", "Coupon", {"max_uses": 5, "expires_at": "2026-12-31 12:00:00"}),
        ("deleted", "CouponProduct", []),
    ]


def test_bad_input_is_refused(client: Client) -> None:
    fixed = CouponFactory(code="TEN", fixed=True, value=150)
    body = {"code": "ten", "type": "percentage", "value": 100.5, "max_uses": -1, "applies_to": "x"}
    assert refused(client, "POST", "coupons", body)["errors"] == {
        "code": ["The code has already been taken."],
        "value": ["The value field must not be greater than 100."],
        "applies_to": ["The selected applies to is invalid."],
        "max_uses": ["The max uses field must be at least 0."],
    }
    path = f"coupons/{fixed.pk}"
    answer = refused(client, "PATCH", path, {"type": "percentage"})
    assert answer["message"] == "The value field must not be greater than 100."
    changed(client, path, {"type": "percentage", "value": 50})
    answer = refused(client, "PATCH", path, {"value": 101})
    assert answer["errors"] == {"value": ["The value field must not be greater than 100."]}


def test_delete(client: Client) -> None:
    service = ServiceFactory(coupon=CouponFactory())
    answer = refused(client, "DELETE", f"coupons/{service.coupon_id}")
    assert answer == {"message": "Services have the coupon: set its expires_at to end it."}
    coupon = CouponProductFactory().coupon
    deleted(client, f"coupons/{coupon.pk}")
    assert not CouponProduct.objects.exists()
    assert [(event, name) for event, name, *_ in audits()] == [
        ("deleted", "CouponProduct"),
        ("deleted", "Coupon"),
    ]
