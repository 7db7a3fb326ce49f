"""Audits and sessions."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Audit, UserSession
from accounts.tests.factories import AuditFactory, UserFactory
from paymenter.models import Setting
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, call
from paymenter.tests.factories import ExtensionFactory, SettingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def api_key():
    names = ("audits.view", "user_sessions.view", "user_sessions.delete", "users.view")
    store_key(*(f"admin.{name}" for name in names))


def test_audit_is_shown(client):
    actor, user = UserFactory(), UserFactory()
    row = AuditFactory(auditable=user, user=actor, url="https://a.example/admin?token=abc&x=1")
    answer = get(client, f"audits/{row.pk}?include=user")
    found = attributes(answer)
    assert found == {
        "id": row.pk,
        "event": "updated",
        "auditable_type": "App\\Models\\User",
        "auditable_id": user.pk,
        "old_values": {"first_name": "Ada"},
        "new_values": {"first_name": "Grace"},
        "user_type": "App\\Models\\User",
        "user_id": actor.pk,
        "url": "https://a.example/admin?token=[hidden]&x=1",
        "ip_address": "127.0.0.1",
        "user_agent": None,
        "tags": None,
        "created_at": found["created_at"],
    }
    assert answer.json()["included"][0]["id"] == str(actor.pk)


def test_what_php_wrote_shows_no_secret(client):
    secret = {"password": "$2y$10$abc", "tfa_secret": "eyJp", "email": "a@b.example"}
    AuditFactory(old_values=[], new_values=secret)
    new = get(client, "audits").json()["data"][0]["attributes"]["new_values"]
    assert new == {"password": "[hidden]", "tfa_secret": "[hidden]", "email": "a@b.example"}


def test_values_of_settings_are_shown_where_they_are_harmless(client):
    gateway = ExtensionFactory()
    owner = {"settingable_type": "App\\Models\\Gateway", "settingable_id": gateway.pk}
    rows = [
        SettingFactory(key="company_name"),
        SettingFactory(key="captcha_secret"),
        SettingFactory(key="company_name", **owner),
        SettingFactory(key="mail_password", encrypted=True, value="eyJp"),
        SettingFactory(key="telemetry_uuid"),
    ]
    gone: Any = Setting(id=99_999)
    for row in [*rows, gone]:
        values = {"value": f"of {row.pk}"}
        AuditFactory(auditable=row, old_values=values, new_values={**values, "type": "string"})
    shown = [
        record["attributes"]["new_values"]["value"]
        for record in get(client, "audits?sort=id").json()["data"]
    ]
    assert shown == [f"of {rows[0].pk}", *["[hidden]"] * 5]
    exported = client.get(
        "/api/v1/admin/audits?format=csv", headers={"Authorization": "Bearer secret"}
    )
    assert f"of {rows[1].pk}".encode() not in b"".join(exported)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_audits_cannot_be_written(client, method):
    row = AuditFactory()
    path = "audits" if method == "POST" else f"audits/{row.pk}"
    assert call(client, method, path, {}).status_code == 405
    assert Audit.objects.get() == row


def test_values_cannot_be_searched(client):
    assert get(client, "audits?filter[new_values]=a").status_code == 400
    assert ids(get(client, "audits?filter[event]=upd&filter[auditable_id][eq]=0")) == []


def session(user, **columns):
    moment = timezone.now().replace(microsecond=0)
    return UserSession.objects.create(
        user=user, ulid=f"01{user.pk:024d}", last_activity=moment, **columns
    )


def test_session_is_listed_without_its_ulid_and_revoked(client):
    mine, other = session(UserFactory(), ip_address="192.0.2.1"), session(UserFactory())
    answer = get(client, f"user-sessions?filter[user_id][eq]={mine.user_id}&include=user")
    assert ids(answer) == [mine.pk]
    assert list(answer.json()["data"][0]["attributes"]) == [
        "id",
        "user_id",
        "ip_address",
        "user_agent",
        "last_activity",
        "expires_at",
    ]
    assert mine.ulid not in answer.text
    assert get(client, "user-sessions?filter[ulid]=0").status_code == 400
    assert call(client, "DELETE", f"user-sessions/{mine.pk}").status_code == 204
    assert list(UserSession.objects.all()) == [other]
    assert call(client, "DELETE", f"user-sessions/{mine.pk}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "user-sessions"), ("PUT", "user-sessions/1")]
)
def test_sessions_are_only_ended(client, method, path):
    assert call(client, method, path, {}).status_code == 405
