"""What is read only: saved payment methods, carts, snapshots of invoices."""

import pytest
from django.test import Client

from billing.tests.api import key, send, stamp
from billing.tests.factories import (
    BillingAgreementFactory,
    CartFactory,
    CartItemFactory,
    CouponFactory,
    InvoiceSnapshotFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_billing_agreement(client: Client) -> None:
    agreement = BillingAgreementFactory(expiry="2027-05-31")
    service = ServiceFactory(billing_agreement=agreement, order__user=agreement.user)
    path = f"billing-agreements/{agreement.pk}?include=user,gateway,services"
    document = send(client, "GET", path).json()
    assert document["data"]["attributes"] == {
        "id": agreement.pk,
        "ulid": agreement.ulid,
        "user_id": agreement.user_id,
        "gateway_id": agreement.gateway_id,
        "name": "Visa 4242",
        "type": "visa",
        "expiry": "2027-05-31T00:00:00.000000Z",
        "external_reference": agreement.external_reference,
        "updated_at": stamp(agreement.updated_at),
        "created_at": stamp(agreement.created_at),
    }
    assert [(row["type"], row["id"]) for row in document["included"]] == [
        ("users", str(agreement.user_id)),
        ("gateways", str(agreement.gateway_id)),
        ("services", str(service.pk)),
    ]
    agreement.delete()
    assert send(client, "GET", path).status_code == 404


def test_cart_with_its_items(client: Client) -> None:
    options = [{"option_id": 1, "value": 2}]
    cart = CartFactory(coupon=CouponFactory())
    item = CartItemFactory(
        cart=cart, config_options=options, checkout_config={"password": "secret"}
    )
    path = f"carts/{cart.pk}?include=items.plan,items.product,user,coupon"
    response = send(client, "GET", path)
    document = response.json()
    assert document["data"]["attributes"] == {
        "id": cart.pk,
        "user_id": cart.user_id,
        "coupon_id": cart.coupon_id,
        "currency_code": "USD",
        "updated_at": stamp(cart.updated_at),
        "created_at": stamp(cart.created_at),
    }
    items = [row for row in document["included"] if row["type"] == "cartItems"]
    assert [row["attributes"] for row in items] == [
        {
            "id": item.pk,
            "product_id": item.product_id,
            "plan_id": item.plan_id,
            "quantity": 1,
            "config_options": options,
            "updated_at": stamp(item.updated_at),
            "created_at": stamp(item.created_at),
        }
    ]
    assert b"secret" not in response.content
    assert cart.ulid.encode() not in response.content


def test_invoice_snapshot(client: Client) -> None:
    snapshot = InvoiceSnapshotFactory(properties={"city": "Köln"}, bill_to="ACME")
    document = send(client, "GET", f"invoice-snapshots/{snapshot.pk}?include=invoice").json()
    assert document["data"]["attributes"] == {
        "id": snapshot.pk,
        "invoice_id": snapshot.invoice_id,
        "name": snapshot.name,
        "properties": {"city": "Köln"},
        "tax_name": "VAT",
        "tax_rate": "21.00",
        "tax_country": "all",
        "bill_to": "ACME",
        "updated_at": stamp(snapshot.updated_at),
        "created_at": stamp(snapshot.created_at),
    }
    assert [row["type"] for row in document["included"]] == ["invoices"]
    empty = InvoiceSnapshotFactory(properties=[])
    data = send(client, "GET", f"invoice-snapshots/{empty.pk}").json()["data"]
    assert data["attributes"]["properties"] == {}


@pytest.mark.parametrize("path", ["billing-agreements", "carts", "invoice-snapshots"])
def test_nothing_is_written(client: Client, path: str) -> None:
    for method, target in (("POST", path), ("PUT", f"{path}/1"), ("DELETE", f"{path}/1")):
        assert send(client, method, target, {}).status_code in (403, 405)
    assert send(client, "GET", path).json()["data"] == []
