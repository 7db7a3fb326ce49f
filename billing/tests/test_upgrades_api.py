"""Possible upgrades of products, and the upgrades that clients ordered."""

import pytest
from django.test import Client

from billing.models import ProductUpgrade
from billing.tests.api import (
    audits,
    changed,
    created,
    deleted,
    key,
    nothing_changed,
    refused,
    send,
    stamp,
)
from billing.tests.factories import (
    InvoiceTransactionFactory,
    ProductFactory,
    ProductUpgradeFactory,
    ServiceUpgradeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_product_upgrade(client: Client) -> None:
    product, target = ProductFactory(), ProductFactory()
    body = {"product_id": product.pk, "upgrade_id": target.pk}
    data = created(client, "product-upgrades?include=product,upgrade", body)
    link = ProductUpgrade.objects.get()
    assert data == {
        "id": str(link.pk),
        "type": "productUpgrades",
        "attributes": {
            "id": link.pk,
            **body,
            "updated_at": stamp(link.updated_at),
            "created_at": stamp(link.created_at),
        },
        "relationships": {
            "product": {"data": {"type": "products", "id": str(product.pk)}},
            "upgrade": {"data": {"type": "products", "id": str(target.pk)}},
        },
    }
    answer = refused(client, "POST", "product-upgrades", body)
    assert answer["errors"] == {"upgrade_id": ["The upgrade id has already been taken."]}
    answer = refused(client, "POST", "product-upgrades", {**body, "upgrade_id": product.pk})
    assert answer["errors"] == {"upgrade_id": ["A product cannot be an upgrade of itself."]}
    assert send(client, "PUT", f"product-upgrades/{link.pk}", body).status_code == 405
    deleted(client, f"product-upgrades/{link.pk}")
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "ProductUpgrade"),
        ("deleted", "ProductUpgrade"),
    ]


def test_product_upgrades_of_a_product(client: Client) -> None:
    link = ProductUpgradeFactory()
    ProductUpgradeFactory()
    query = f"product-upgrades?filter[product_id][eq]={link.product_id}"
    assert [row["id"] for row in send(client, "GET", query).json()["data"]] == [str(link.pk)]


def test_service_upgrade_is_shown(client: Client) -> None:
    upgrade = ServiceUpgradeFactory()
    path = f"service-upgrades/{upgrade.pk}?include=service,plan,product,invoice"
    document = send(client, "GET", path).json()
    assert document["data"]["attributes"] == {
        "id": upgrade.pk,
        "status": "pending",
        "service_id": upgrade.service_id,
        "plan_id": upgrade.plan_id,
        "product_id": upgrade.product_id,
        "updated_at": stamp(upgrade.updated_at),
        "created_at": stamp(upgrade.created_at),
    }
    kinds = [(row["type"], row["id"]) for row in document["included"]]
    assert kinds == [
        ("services", str(upgrade.service_id)),
        ("plans", str(upgrade.plan_id)),
        ("products", str(upgrade.product_id)),
        ("invoices", str(upgrade.invoice_id)),
    ]
    for method, target in (("POST", "service-upgrades"), ("DELETE", path.partition("?")[0])):
        assert send(client, method, target, {}).status_code == 405


def test_cancelling_an_upgrade_cancels_its_invoice(client: Client) -> None:
    upgrade = ServiceUpgradeFactory()
    path = f"service-upgrades/{upgrade.pk}"
    data = changed(client, path, {"status": "cancelled"})
    assert data["attributes"]["status"] == "cancelled"
    upgrade.invoice.refresh_from_db()
    assert upgrade.invoice.status == "cancelled"
    assert [(event, name) for event, name, *_ in audits()] == [
        ("updated", "ServiceUpgrade"),
        ("updated", "Invoice"),
    ]
    with nothing_changed():
        changed(client, path, {"status": "cancelled"})
        changed(client, path, {})


def test_cancelling_is_refused_when_it_is_too_late(client: Client) -> None:
    upgrade = ServiceUpgradeFactory()
    path = f"service-upgrades/{upgrade.pk}"
    answer = refused(client, "PATCH", path, {"status": "completed"})
    assert answer["errors"] == {"status": ["The selected status is invalid."]}
    InvoiceTransactionFactory(invoice=upgrade.invoice, processing=True)
    answer = refused(client, "PATCH", path, {"status": "cancelled"})
    text = "A payment for the upgrade has been made or is under way."
    assert answer["errors"] == {"status": [text]}
    done = ServiceUpgradeFactory(status="completed")
    answer = refused(client, "PATCH", f"service-upgrades/{done.pk}", {"status": "cancelled"})
    assert answer["errors"] == {"status": ["Only a pending upgrade can be cancelled."]}
