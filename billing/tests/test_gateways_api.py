"""Gateways and servers: rows of one table, their settings in another."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit
from billing.models import Gateway, Server
from billing.tests.api import changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    BillingAgreementFactory,
    GatewayFactory,
    InvoiceTransactionFactory,
    ProductFactory,
    ServerFactory,
)
from paymenter.laravel.crypt import encrypter
from paymenter.models import Extension, Setting

pytestmark = pytest.mark.django_db

STRIPE = {"stripe_secret_key": "sk_live_1", "stripe_publishable_key": "pk_1"}


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def stored(owner: Extension) -> dict[str, Any]:
    return {row.key: (row.value, row.encrypted) for row in owner.settings.all()}


def test_create(client: Client) -> None:
    settings = {**STRIPE, "stripe_create_customers": True}
    data = created(
        client, "gateways", {"name": "Cards", "extension": "Stripe", "settings": settings}
    )
    gateway = Gateway.objects.get()
    assert data == {
        "id": str(gateway.pk),
        "type": "gateways",
        "attributes": {
            "id": gateway.pk,
            "name": "Cards",
            "extension": "Stripe",
            "enabled": 1,
            "settings": {
                "stripe_secret_key": True,
                "stripe_publishable_key": "pk_1",
                "stripe_create_customers": True,
                "stripe_webhook_secret": False,
            },
            "updated_at": stamp(gateway.updated_at),
            "created_at": stamp(gateway.created_at),
        },
    }
    assert gateway.type == "gateway"
    found = stored(gateway)
    secret, encrypted = found.pop("stripe_secret_key")
    assert encrypted
    assert encrypter().decrypt_string(secret) == "sk_live_1"
    assert found == {
        "stripe_publishable_key": ("pk_1", False),
        "stripe_create_customers": ("1", False),
    }
    types = set(gateway.settings.values_list("settingable_type", flat=True))
    assert types == {"App\\Models\\Gateway"}
    audited = [(a.event, a.auditable_type) for a in Audit.objects.order_by("pk")]
    assert audited == [
        ("created", "App\\Models\\Gateway"),
        *[("created", "App\\Models\\Setting")] * 3,
    ]


def test_secrets_are_in_no_audit_and_no_answer(client: Client) -> None:
    gateway = created(
        client, "gateways", {"name": "Cards", "extension": "Stripe", "settings": STRIPE}
    )
    path = f"gateways/{gateway['id']}"
    answers = [gateway, changed(client, path, {"settings": {"stripe_secret_key": "sk_live_2"}})]
    answers += [send(client, "GET", path).json(), send(client, "GET", "gateways").json()]
    audits = [[a.old_values, a.new_values] for a in Audit.objects.all()]
    assert "sk_live" not in json.dumps([answers, audits])
    row = Setting.objects.get(key="stripe_secret_key")
    assert str(row.value) not in json.dumps([answers, audits])
    assert encrypter().decrypt_string(row.value or "") == "sk_live_2"


def test_update_changes_what_is_named(client: Client) -> None:
    gateway = GatewayFactory(name="Cards")
    Setting.objects.create(
        **type(gateway).settings.columns(gateway), key="stripe_secret_key", value="sk_plain"
    )
    path = f"gateways/{gateway.pk}"
    data = changed(client, path, {"enabled": False, "extension": "Mollie"})
    assert (data["attributes"]["enabled"], data["attributes"]["extension"]) == (0, "Stripe")
    assert data["attributes"]["settings"]["stripe_secret_key"] is True
    before = Audit.objects.count()
    changed(client, path, {"settings": {"stripe_secret_key": "sk_plain"}})
    assert Setting.objects.get().encrypted  # PHP had left it in plain text
    assert Audit.objects.count() == before + 1
    assert "sk_plain" not in json.dumps(Audit.objects.latest("pk").old_values)
    changed(client, path, {"settings": {"stripe_secret_key": "sk_plain"}})
    assert Audit.objects.count() == before + 1


def test_optional_secret_can_be_emptied(client: Client) -> None:
    body = {"name": "Cards", "extension": "Stripe"}
    settings = {**STRIPE, "stripe_webhook_secret": "whsec"}
    data = created(client, "gateways", {**body, "settings": settings})
    assert data["attributes"]["settings"]["stripe_webhook_secret"] is True
    path = f"gateways/{data['id']}"
    data = changed(client, path, {"settings": {"stripe_webhook_secret": None}})
    assert data["attributes"]["settings"]["stripe_webhook_secret"] is False


def test_settings_that_are_not_known_are_not_shown(client: Client) -> None:
    gateway = GatewayFactory(extension="OnlyInPhp")
    columns = type(gateway).settings.columns(gateway)
    Setting.objects.create(**columns, key="anything", value="may be secret")
    data = send(client, "GET", f"gateways/{gateway.pk}").json()["data"]
    assert data["attributes"]["settings"] == {"anything": True}


def test_bad_input_is_refused(client: Client) -> None:
    GatewayFactory(name="Cards")
    body: dict[str, Any] = {"name": "cards", "extension": "Stripe", "settings": {"x": 1}}
    assert refused(client, "POST", "gateways", body)["errors"] == {
        "name": ["The name has already been taken."],
        "extension": ["The extension has already been taken."],
        "settings.x": ["There is no setting x of this extension."],
        "settings.stripe_secret_key": ["The settings.stripe_secret_key field is required."],
        "settings.stripe_publishable_key": [
            "The settings.stripe_publishable_key field is required."
        ],
    }
    answer = refused(client, "POST", "gateways", {"name": "x", "extension": "Cash"})
    assert answer["errors"] == {"extension": ["The selected extension is invalid."]}
    body = {"name": "x", "extension": "Convoy", "settings": {"host": "ftp://x", "api_key": []}}
    assert refused(client, "POST", "servers", body)["errors"] == {
        "settings.host": ["The settings.host field must be a valid URL."],
        "settings.api_key": ["The settings.api_key field is required."],
    }
    wrong: list[Any] = ["x", None, []]
    for settings in wrong:
        answer = refused(
            client, "PATCH", f"gateways/{Gateway.objects.get().pk}", {"settings": settings}
        )
        assert answer["errors"] == {"settings": ["The settings field must be an array."]}


def test_delete_of_a_gateway_keeps_its_row(client: Client) -> None:
    payment = InvoiceTransactionFactory()
    gateway = payment.gateway
    deleted(client, f"gateways/{gateway.pk}")
    assert not Gateway.objects.exists()
    payment.refresh_from_db()
    assert payment.gateway_id == gateway.pk
    assert send(client, "GET", f"gateways/{gateway.pk}").status_code == 404
    assert send(client, "DELETE", f"gateways/{gateway.pk}").status_code == 404
    audit = Audit.objects.get()
    assert (audit.event, audit.auditable_type) == ("deleted", "App\\Models\\Gateway")
    settings = STRIPE
    created(client, "gateways", {"name": "Stripe", "extension": "Stripe", "settings": settings})


def test_delete_of_a_gateway_in_use_is_refused(client: Client) -> None:
    agreement = BillingAgreementFactory()
    answer = refused(client, "DELETE", f"gateways/{agreement.gateway_id}")
    assert answer == {"message": "Clients have payment methods saved with the gateway."}
    payment = InvoiceTransactionFactory(processing=True)
    answer = refused(client, "DELETE", f"gateways/{payment.gateway_id}")
    assert answer == {"message": "Payments through the gateway are under way."}


def test_servers(client: Client) -> None:
    body = {"extension": "Pterodactyl", "settings": {"host": "https://p.test", "api_key": "k"}}
    first = created(client, "servers", {"name": "One", **body})
    created(client, "servers", {"name": "Two", **body})
    assert first["attributes"]["settings"] == {"host": "https://p.test", "api_key": True}
    GatewayFactory()
    listed = send(client, "GET", "servers?fields[servers]=name,settings").json()["data"]
    assert [row["attributes"]["name"] for row in listed] == ["One", "Two"]
    assert listed[1]["attributes"]["settings"] == {"host": "https://p.test", "api_key": True}
    listed = send(client, "GET", "servers?fields[servers]=name").json()["data"]
    assert listed[0]["attributes"] == {"name": "One"}
    product = ProductFactory(server_id=int(first["id"]))
    path = f"servers/{first['id']}"
    answer = refused(client, "DELETE", path)
    message = "Products are provisioned on the server: give them another one first."
    assert answer == {"message": message}
    product.delete()
    deleted(client, path)
    assert [s.name for s in Server.objects.all()] == ["Two"]


def test_one_is_not_the_other(client: Client) -> None:
    server = ServerFactory()
    assert send(client, "GET", f"gateways/{server.pk}").status_code == 404
