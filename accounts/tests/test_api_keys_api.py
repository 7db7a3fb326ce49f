from hashlib import sha256

import pytest

from accounts.actions.tokens import issue_pair
from accounts.models import ApiKey, Audit
from accounts.tests.factories import ApiKeyFactory, RoleFactory, UserFactory
from paymenter.tests.api import get, store_key
from paymenter.tests.calls import attributes, audits, call, refused

pytestmark = pytest.mark.django_db

KEYS = [f"admin.api_keys.{verb}" for verb in ("view", "create", "update", "delete")]


@pytest.fixture(autouse=True)
def api_key():
    store_key(*KEYS, "admin.users.view")


def test_token_is_shown_once(client):
    body = {"name": "Shop", "permissions": ["admin.users.view"], "ip_addresses": ["::0001"]}
    answer = call(client, "POST", "api-keys", body)
    made = attributes(answer, 201)
    token = answer.json()["data"]["meta"]["token"]
    assert answer["Cache-Control"] == "no-store, private"
    assert made == {
        "id": made["id"],
        "name": "Shop",
        "type": "admin",
        "permissions": ["admin.users.view"],
        "ip_addresses": ["::1"],
        "enabled": 1,
        "last_used_at": None,
        "updated_at": made["updated_at"],
        "created_at": made["created_at"],
    }
    row = ApiKey.objects.get(pk=made["id"])
    assert (token[:4], len(token)) == ("PAYM", 68)
    assert row.token == sha256(token.encode()).hexdigest()
    for again in ("api-keys", f"api-keys/{row.pk}"):
        shown = get(client, again)
        assert token not in shown.text
        assert row.token not in shown.text
        assert "meta" not in (shown.json()["data"] if "/" in again else shown.json()["data"][1])
    assert audits("ApiKey")[-1] == (
        "created",
        [],
        {
            "name": "Shop",
            "permissions": '["admin.users.view"]',
            "token": "[hidden]",
            "type": "admin",
            "ip_addresses": '["::1"]',
            "enabled": 1,
            "id": row.pk,
        },
    )


def test_new_key_works(client):
    body = {"name": "Shop", "permissions": ["admin.users.view"], "enabled": False}
    answer = call(client, "POST", "api-keys", body)
    token, key_id = answer.json()["data"]["meta"]["token"], answer.json()["data"]["id"]
    assert get(client, "users", token).status_code == 401
    assert attributes(call(client, "PUT", f"api-keys/{key_id}", {"enabled": True}))["enabled"] == 1
    assert get(client, "users", token).status_code == 200
    assert get(client, "api-keys", token).status_code == 404
    assert call(client, "DELETE", f"api-keys/{key_id}").status_code == 204
    assert get(client, "users", token).status_code == 401
    assert [event for event, _, _ in audits("ApiKey")] == ["created", "updated", "deleted"]
    assert "last_used_at" not in audits("ApiKey")[-1][1]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"name": ""}, {"name": ["The name field is required."]}),
        ({"permissions": []}, {"permissions": ["The permissions field is required."]}),
        ({"permissions": ["*"]}, {"permissions": ["No permission of a key: *."]}),
        (
            {"permissions": ["admin.users.view", "admin.users.update"]},
            {"permissions": ["You cannot grant what you do not hold: admin.users.update."]},
        ),
        (
            {"ip_addresses": ["10.0.0.0/8"]},
            {"ip_addresses": ["10.0.0.0/8 is no IP address."]},
        ),
    ],
)
def test_key_is_refused(client, change, errors):
    body = {"name": "Shop", "permissions": ["admin.users.view"]}
    assert refused(call(client, "POST", "api-keys", {**body, **change}), errors)
    assert ApiKey.objects.count() == 1
    assert not Audit.objects.exists()


def test_key_gets_no_more_than_its_editor_holds(client):
    other = ApiKeyFactory(permissions=["admin.invoices.delete"])
    path = f"api-keys/{other.pk}"
    more = {"permissions": ["admin.invoices.delete", "admin.orders.delete"]}
    errors = {"permissions": ["You cannot grant what you do not hold: admin.orders.delete."]}
    assert refused(call(client, "PATCH", path, more), errors)
    kept = {"permissions": ["admin.users.view", "admin.invoices.delete"]}
    assert attributes(call(client, "PATCH", path, kept))["permissions"] == kept["permissions"]


def test_staff_give_what_their_role_holds(client):
    role = RoleFactory(permissions=["admin.api_keys.create", "admin.tickets.viewAny"])
    staff = UserFactory(role=role)
    token = issue_pair(staff).access
    body = {"name": "Desk", "permissions": ["admin.tickets.view", "admin.ticket_messages.view"]}
    assert call(client, "POST", "api-keys", body, token).status_code == 201
    assert Audit.objects.get().user == staff
    body["permissions"] = ["admin.tickets.delete"]
    errors = {"permissions": ["You cannot grant what you do not hold: admin.tickets.delete."]}
    assert refused(call(client, "POST", "api-keys", body, token), errors)


def test_neither_hash_nor_owner_can_be_set_or_looked_for(client):
    other = ApiKeyFactory()
    before = other.token
    call(client, "PATCH", f"api-keys/{other.pk}", {"token": "x", "user_id": 1, "type": "client"})
    other.refresh_from_db()
    assert (other.token, other.user_id, other.type) == (before, None, "admin")
    assert get(client, "api-keys?filter[token]=a").status_code == 400
    assert get(client, "api-keys?fields[apiKeys]=token").json()["data"][0].get("attributes") is None
