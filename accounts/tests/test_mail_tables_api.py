"""Notification templates, e-mail logs, notifications."""

import pytest

from accounts.models import Audit, Notification
from accounts.tests.factories import (
    EmailLogFactory,
    NotificationFactory,
    NotificationTemplateFactory,
    UserFactory,
)
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, audits, call, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def api_key():
    groups = ("notification_templates", "email_logs", "notifications", "users")
    verbs = ("view", "create", "update", "delete")
    store_key(*(f"admin.{group}.{verb}" for group in groups for verb in verbs))


# notification templates


def test_template_is_changed(client):
    template = NotificationTemplateFactory()
    body = {
        "subject": "Hello {{ $user->first_name }}",
        "body": "@if($user->name)\nHi\n@endif",
        "mail_enabled": "never",
        "cc": ["boss@example.com"],
        "enabled": False,
        "key": "other",
    }
    found = attributes(call(client, "PUT", f"notification-templates/{template.pk}", body))
    assert {name: found[name] for name in body} == {**body, "enabled": 0, "key": template.key}
    event, old, new = audits("NotificationTemplate")[0]
    assert event == "updated"
    assert (old["subject"], new["subject"]) == (template.subject, body["subject"])
    assert new["cc"] == '["boss@example.com"]'


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "body",
            "Fine\n\n@php system('id') @endphp",
            "The body field cannot be rendered, line 3: ",
        ),
        ("subject", "{{ system('id') }}", "The subject field cannot be rendered, line 1: "),
        ("in_app_body", "\n@if($x)", "The in app body field cannot be rendered, line "),
        ("body", "", "The body field is required."),
        ("body", "é" * 40_000, "The body field must not be greater than 65535 bytes."),
        ("mail_enabled", "always", "The selected mail enabled is invalid."),
        ("cc", ["nobody"], "nobody is no e-mail address."),
    ],
)
def test_template_is_refused(client, name, value, text):
    template = NotificationTemplateFactory()
    before = vars(template).copy()
    answer = call(client, "PATCH", f"notification-templates/{template.pk}", {name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][name][0].startswith(text)
    template.refresh_from_db()
    assert getattr(template, name) == before[name]
    assert not Audit.objects.exists()


def test_what_is_shown_behind_the_bell_needs_texts(client):
    path = f"notification-templates/{NotificationTemplateFactory().pk}"
    errors = {"in_app_title": ["The in app title field is required."]}
    assert refused(call(client, "PATCH", path, {"in_app_title": None}), errors)
    off = {"in_app_title": None, "in_app_enabled": "never"}
    assert attributes(call(client, "PATCH", path, off))["in_app_title"] is None


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "notification-templates"), ("DELETE", "notification-templates/1")]
)
def test_templates_are_neither_made_nor_deleted(client, method, path):
    assert call(client, method, path, {}).status_code == 405


# e-mail logs

MAIL = (
    '<a href="https://shop.example/password/reset/s3cret?email=a%40b.example">Reset</a> '
    "https://shop.example/email/verify/7/abcdef?expires=1&amp;signature=123abc and "
    "https://shop.example/invoices/1?page=2"
)


def test_links_that_open_accounts_are_hidden(client):
    log = EmailLogFactory(body=MAIL, sent=True)
    body = attributes(get(client, f"email-logs/{log.pk}"))["body"]
    assert body == (
        '<a href="https://shop.example/password/reset/[hidden]">Reset</a> '
        "https://shop.example/email/verify/[hidden] and https://shop.example/invoices/1?page=2"
    )


def test_list_has_bodies_only_when_asked_for(client):
    log = EmailLogFactory(body=MAIL, failed=True)
    first = get(client, "email-logs?include=user").json()["data"][0]["attributes"]
    assert "body" not in first
    assert first["error"] == "Connection refused"
    asked = get(client, "email-logs?fields[emailLogs]=body").json()["data"][0]["attributes"]
    assert list(asked) == ["body"]
    assert "s3cret" not in asked["body"]
    exported = client.get(
        "/api/v1/admin/email-logs?format=csv", headers={"Authorization": "Bearer secret"}
    )
    assert b"s3cret" not in b"".join(exported)
    assert log.body == MAIL


@pytest.mark.parametrize("query", ["filter[body]=s3cret", "sort=body"])
def test_bodies_cannot_be_searched(client, query):
    assert get(client, f"email-logs?{query}").status_code == 400


# notifications


def test_notification_is_made_read_and_deleted(client):
    user = UserFactory()
    body = {"user_id": user.pk, "title": "Hello", "body": "Welcome", "url": "/dashboard"}
    made = attributes(call(client, "POST", "notifications", body), 201)
    shown = {**body, "read_at": None, "show_in_app": 1, "show_as_push": 1}
    assert {name: made[name] for name in shown} == shown
    path = f"notifications/{made['id']}"
    read = call(client, "PUT", path, {"read_at": "2026-01-02T03:04:05Z", "title": "Other"})
    assert attributes(read)["read_at"] == "2026-01-02T03:04:05.000000Z"
    assert attributes(read)["title"] == "Hello"
    assert attributes(call(client, "PUT", path, {"read_at": None}))["read_at"] is None
    assert call(client, "DELETE", path).status_code == 204
    assert not Notification.objects.exists()
    assert not Audit.objects.exists()


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"user_id": 99999}, {"user_id": ["The selected user id is invalid."]}),
        ({"title": ""}, {"title": ["The title field is required."]}),
        ({"url": "javascript:alert(1)"}, {"url": ["The url field must be a valid URL."]}),
        ({"url": "//evil.example"}, {"url": ["The url field must be a valid URL."]}),
        ({"show_in_app": "x"}, {"show_in_app": ["The show in app field must be true or false."]}),
    ],
)
def test_notification_is_refused(client, change, errors):
    body = {"user_id": UserFactory().pk, "title": "Hello", "body": "Welcome"}
    assert refused(call(client, "POST", "notifications", {**body, **change}), errors)
    assert not Notification.objects.exists()


def test_unread_ones_are_found(client):
    NotificationFactory(read=True)
    unread = NotificationFactory()
    assert ids(get(client, "notifications?filter[read_at][null]=1")) == [unread.pk]
