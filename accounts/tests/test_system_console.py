"""The staff console's pages of texts, logs, audits and webhooks."""

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.user_sessions import begin_session
from accounts.models import CustomProperty, EmailLog
from accounts.tests.factories import (
    AuditFactory,
    CustomPropertyFactory,
    EmailLogFactory,
    NotificationTemplateFactory,
    UserFactory,
)
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from paymenter.models import Setting
from paymenter.tests.console import errors_of, signed_in

pytestmark = pytest.mark.django_db


def rows_of(client: Client, address: str) -> list[int]:
    return [each.pk for each in client.get(address).context["cl"].result_list]


# -- custom properties and templates ---------------------------------------------------------------


def test_custom_property_is_defined_and_its_key_stays() -> None:
    client = signed_in(*(f"admin.custom_properties.{n}" for n in ("viewAny", "create", "update")))
    pages = "/admin/accounts/customproperty/"
    body = {"name": "Size", "key": "size", "type": "select", "allowed_values": ""}
    assert errors_of(client.post(f"{pages}add/", body)) == {
        "allowed_values": ["The allowed values field is required."]
    }
    body["allowed_values"] = "small\nbig"
    assert client.post(f"{pages}add/", body).status_code == 302
    made = CustomProperty.objects.get()
    assert (made.allowed_values, made.model) == (["small", "big"], "App\\Models\\User")
    change = {**body, "key": "other", "name": "How big"}
    assert client.post(f"{pages}{made.pk}/change/", change).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.key) == ("How big", "size")


def test_custom_property_needs_its_permission() -> None:
    made = CustomPropertyFactory()
    client = signed_in("admin.custom_properties.viewAny")
    address = f"/admin/accounts/customproperty/{made.pk}/change/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "x"}).status_code == 403


def test_template_is_worded_anew() -> None:
    template = NotificationTemplateFactory(key="new_login_detected", in_app_enabled="never")
    client = signed_in("admin.email_templates.viewAny", "admin.email_templates.update")
    address = f"/admin/accounts/notificationtemplate/{template.pk}/change/"
    assert "New login detected" in client.get(address).content.decode()
    body = {
        "enabled": "on",
        "mail_enabled": "force",
        "in_app_enabled": "never",
        "subject": "Hello",
        "body": "New text",
        "cc": "a@example.org\nb@example.org",
    }
    answer = client.post(address, body)
    assert answer.status_code == 302, errors_of(answer)
    template.refresh_from_db()
    assert (template.subject, template.body, template.cc) == (
        "Hello",
        "New text",
        ["a@example.org", "b@example.org"],
    )
    refused = client.post(address, {**body, "body": "@if ($user"})
    assert set(errors_of(refused)) == {"body"}


# -- mails -----------------------------------------------------------------------------------------

MAILS = "/admin/accounts/emaillog/"


def test_mail_is_shown_in_a_sandbox_without_links_that_open_accounts() -> None:
    body = '<script>alert(1)</script><a href="https://x.example/password/reset/abc123?e=1">x</a>'
    mail = EmailLogFactory(body=body, status="failed", error="refused")
    text = signed_in("admin.email_logs.view").get(f"{MAILS}{mail.pk}/change/").content.decode()
    assert 'sandbox=""' in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "abc123" not in text
    assert "refused" in text


def test_mail_is_sent_again() -> None:
    mail = EmailLogFactory(status="failed")
    waiting = EmailLogFactory(status="pending")
    client = signed_in("*")
    assert client.post(f"{MAILS}{mail.pk}/resend-mail/").status_code == 302
    assert EmailLog.objects.get(pk=mail.pk).status == "pending"
    shown = client.get(f"{MAILS}{waiting.pk}/change/").content.decode()
    assert "resend-mail" not in shown
    viewer = signed_in("admin.email_logs.view", "admin.email_logs.viewAny")
    assert viewer.post(f"{MAILS}{mail.pk}/resend-mail/").status_code == 403


# -- audits ----------------------------------------------------------------------------------------

AUDITS = "/admin/accounts/audit/"


def test_audits_are_read_and_filtered() -> None:
    client, ada = signed_in("admin.audits.viewAny", "admin.users.viewAny"), UserFactory()
    first = AuditFactory(auditable=ada, event="updated", user=ada)
    second = AuditFactory(auditable=UserFactory(), event="created", user=None)
    page = client.get(AUDITS).content.decode()
    assert f">User {ada.pk}</a>" in page
    assert "App\\Models" not in page
    assert rows_of(client, f"{AUDITS}?event=updated") == [first.pk]
    assert rows_of(client, f"{AUDITS}?by={ada.email}") == [first.pk]
    assert rows_of(client, f"{AUDITS}?kind=accounts.User") == [second.pk, first.pk]
    assert rows_of(client, f"{AUDITS}?kind=accounts.Role") == []


def test_no_secret_is_read_in_an_audit() -> None:
    client, ada = signed_in("admin.audits.viewAny"), UserFactory()
    audit = AuditFactory(
        auditable=ada,
        event="updated",
        old_values={"password": "$2y$hash", "first_name": "Ada"},
        new_values={"password": "$2y$other", "first_name": "Grace"},
        url="https://x.example/password/reset/abc123?email=a",
    )
    text = client.get(f"{AUDITS}{audit.pk}/change/").content.decode()
    assert "Grace" in text
    for secret in ("$2y$", "abc123"):
        assert secret not in text
    setting = Setting.objects.create(key="captcha_secret", value="sesame", type="string")
    hidden = AuditFactory(auditable=setting, new_values={"value": "sesame"})
    assert "sesame" not in client.get(f"{AUDITS}{hidden.pk}/change/").content.decode()


def test_nobody_changes_or_deletes_an_audit() -> None:
    client, audit = signed_in("*"), AuditFactory(auditable=UserFactory())
    assert client.post(f"{AUDITS}{audit.pk}/change/", {}).status_code == 403
    assert client.post(f"{AUDITS}{audit.pk}/delete/", {"post": "yes"}).status_code == 403


# -- webhooks --------------------------------------------------------------------------------------

ENDPOINTS = "/admin/webhooks/webhookendpoint/"
DELIVERIES = "/admin/webhooks/webhookdelivery/"


def endpoint() -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        url="https://hooks.example.com/a", secret="whsec_old", events=["invoice.paid"]
    )


@pytest.fixture(autouse=True)
def _any_address(monkeypatch) -> None:
    monkeypatch.setattr("accounts.actions.webhook_endpoints._refuse_address", lambda url: None)


def test_new_endpoint_shows_its_secret_once() -> None:
    client = signed_in("*")
    body = {"url": "https://hooks.example.com/a", "events": ["invoice.paid", "user.created"]}
    answer = client.post(f"{ENDPOINTS}add/", body)
    assert answer["Location"] == "/admin/once/", errors_of(answer)
    made = WebhookEndpoint.objects.get()
    assert client.get("/admin/once/").context["secret"].value == made.secret
    assert set(made.events or ()) == {"invoice.paid", "user.created"}
    assert made.secret not in client.get(f"{ENDPOINTS}{made.pk}/change/").content.decode()


def test_no_event_means_all() -> None:
    client, made = signed_in("*"), endpoint()
    body = {"url": made.url, "enabled": "on"}
    assert client.post(f"{ENDPOINTS}{made.pk}/change/", body).status_code == 302
    made.refresh_from_db()
    assert (made.events, made.enabled) == (None, True)


def test_secret_is_rotated() -> None:
    client, made = signed_in("*"), endpoint()
    address = f"{ENDPOINTS}{made.pk}/rotate-webhook-secret/"
    assert client.post(address)["Location"] == "/admin/once/"
    made.refresh_from_db()
    assert (made.previous_secret, made.secret != "whsec_old") == ("whsec_old", True)


def test_delivery_is_shown_and_sent_again() -> None:
    client, made = signed_in("*"), endpoint()
    delivery = WebhookDelivery.objects.create(
        webhook_id="msg_1",
        endpoint_id=made.pk,
        event="invoice.paid",
        payload=orjson.dumps({"type": "invoice.paid", "data": {"id": 5}}).decode(),
        state="failed",
        error="HTTP 500",
    )
    text = client.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
    assert "HTTP 500" in text
    assert f"Webhook {made.pk}" in text
    assert client.post(f"{DELIVERIES}{delivery.pk}/replay-webhook-delivery/").status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == "pending"


# -- queries ---------------------------------------------------------------------------------------


def _many_people(number: int) -> None:
    for n in range(number):
        user = UserFactory(staff=True)
        begin_session(user, ip_address=f"10.0.0.{n}", user_agent="Firefox")
        AuditFactory(auditable=UserFactory(), user=user, event="updated")
        EmailLogFactory(user=user)


LISTS = ("user", "usersession", "audit", "emaillog", "role")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_no_more_for_more_rows(name: str) -> None:
    client, address = signed_in("*"), f"/admin/accounts/{name}/"
    counts = []
    for _ in range(2):
        _many_people(12)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(address).context["cl"].result_list) >= 12
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
