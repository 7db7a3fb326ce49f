"""Endpoints, deliveries and events of webhooks in the admin API."""

from typing import Any

import pytest

from accounts.rules.permissions import API_KEY
from accounts.tests.webhooks import endpoint, verified
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from billing.tests.factories import InvoiceFactory
from paymenter import events
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, call
from paymenter.tests.jobs import work_off
from paymenter.tests.web_servers import LOOPBACK, Names, receiver

pytestmark = pytest.mark.django_db

URL = "https://1.1.1.1/hook"


@pytest.fixture(autouse=True)
def api_key():
    store_key(*API_KEY)


@pytest.fixture
def hook(settings):
    settings.OUTGOING_PRIVATE_NETWORKS = LOOPBACK
    with receiver() as server:
        yield server


def test_endpoint_is_made_and_its_secret_shown_once(client, hook):
    answer = call(client, "POST", "webhook-endpoints", {"url": hook.url, "description": "ERP"})
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store, private"
    data = answer.json()["data"]
    secret = data["meta"]["secret"]
    row = WebhookEndpoint.objects.get()
    assert (row.secret, row.events, row.enabled) == (secret, None, True)
    stamps = {name: data["attributes"][name] for name in ("updated_at", "created_at")}
    assert data == {
        "id": str(row.pk),
        "type": "webhookEndpoints",
        "attributes": {
            "id": row.pk,
            "url": hook.url,
            "description": "ERP",
            "events": None,
            "enabled": 1,
            "disabled_at": None,
            "disabled_reason": None,
            "failing_since": None,
            "previous_secret_until": None,
            **stamps,
        },
        "meta": {"secret": secret},
    }
    for path in ("webhook-endpoints", f"webhook-endpoints/{row.pk}"):
        assert "whsec_" not in get(client, path).content.decode()
    stored: Any = WebhookEndpoint.objects.values_list("secret", flat=True).get()
    assert secret not in stored.text
    call(client, "POST", f"webhook-endpoints/{row.pk}/test")
    work_off()
    assert verified(secret, hook.got[0])["type"] == "webhook.test"


@pytest.mark.parametrize(
    ("body", "name", "text"),
    [
        ({}, "url", "The url field is required."),
        ({"url": "nowhere"}, "url", "The url field must be a valid URL."),
        ({"url": "ftp://1.1.1.1/"}, "url", "The url field must be a valid URL."),
        ({"url": "https://127.0.0.1/"}, "url", "127.0.0.1 leads to 127.0.0.1, which is no public"),
        ({"url": "https://[fd00::1]/"}, "url", "fd00::1 leads to fd00::1, which is no public"),
        ({"url": "https://169.254.169.254/"}, "url", "169.254.169.254 leads to"),
        ({"url": "http://1.1.1.1/"}, "url", "The URL must begin with https://"),
        ({"url": "https://a:b@1.1.1.1/"}, "url", "The URL must not hold a user name or password."),
        ({"url": "https://no.invalid/"}, "url", "There is no address for no.invalid."),
        ({"url": URL + "x" * 2000}, "url", "The url field must not be greater than 2000 char"),
        ({"url": URL, "events": ["invoice.eaten"]}, "events", "There is no event invoice.eaten: "),
        ({"url": URL, "events": "all"}, "events", "The events field must be an array."),
        ({"url": URL, "enabled": "maybe"}, "enabled", "The enabled field must be true or false."),
        ({"url": URL, "description": "x" * 256}, "description", "The description field must not"),
    ],
)
def test_endpoint_is_refused(client, monkeypatch, body, name, text):
    Names(monkeypatch).known["no.invalid"] = [[]]
    answer = call(client, "POST", "webhook-endpoints", body)
    assert answer.status_code == 422, answer.content
    errors = answer.json()["errors"]
    assert list(errors) == [name]
    assert errors[name][0].startswith(text)
    assert not WebhookEndpoint.objects.exists()


def test_endpoint_is_changed(client):
    where = endpoint(URL, failing_since="2026-03-01T00:00:00+00:00")
    path = f"webhook-endpoints/{where.pk}"
    body = {"url": "https://1.0.0.1/x", "events": ["invoice.paid", "invoice.paid"]}
    found = attributes(call(client, "PUT", path, body))
    assert (found["url"], found["events"]) == ("https://1.0.0.1/x", ["invoice.paid"])
    off = attributes(call(client, "PATCH", path, {"enabled": False}))
    assert (off["enabled"], off["disabled_reason"]) == (0, "Switched off by staff.")
    assert off["disabled_at"] is not None
    on = attributes(call(client, "PATCH", path, {"enabled": True}))
    names = ("enabled", "disabled_at", "disabled_reason", "failing_since")
    assert [on[name] for name in names] == [1, None, None, None]
    assert attributes(call(client, "PATCH", path, {"events": None}))["events"] is None
    secret = where.secret
    where.refresh_from_db()
    assert where.secret == secret


def test_change_is_refused(client):
    where = endpoint(URL)
    answer = call(client, "PUT", f"webhook-endpoints/{where.pk}", {"url": "https://10.0.0.1/"})
    assert answer.status_code == 422
    where.refresh_from_db()
    assert where.url == URL


def test_endpoint_is_deleted_with_its_deliveries(client):
    where, other = endpoint(URL), endpoint(URL)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    assert call(client, "DELETE", f"webhook-endpoints/{where.pk}").status_code == 204
    assert [row.pk for row in WebhookEndpoint.objects.all()] == [other.pk]
    assert [row.endpoint_id for row in WebhookDelivery.objects.all()] == [other.pk]


def test_endpoint_that_is_not_there(client):
    answer = get(client, "webhook-endpoints/77")
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "No query results for model [WebhookEndpoint] 77",
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"url": URL}, True),
        ({"url": URL, "events": None}, True),
        ({"url": URL, "events": ["user.created", "invoice.paid"]}, True),
        ({"url": URL, "events": ["invoice.paid", "invoice.created"]}, False),
    ],
)
def test_nobody_has_records_sent_that_he_may_not_see(client, body, told):
    token = store_key("admin.webhook_endpoints.create", "admin.invoices.view", token="less")
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(
        "/api/v1/admin/webhook-endpoints", body, "application/json", headers=headers
    )
    assert answer.status_code == (422 if told else 201)
    if told:
        [text] = answer.json()["errors"]["events"]
        assert text.startswith("You may not see the records of user.created")
        assert "invoice.paid" not in text


def test_url_of_records_that_one_may_not_see_stays(client):
    where = endpoint(URL, events=["user.created"])
    token = store_key("admin.webhook_endpoints.update", token="less")
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/admin/webhook-endpoints/{where.pk}"
    moved = client.put(path, {"url": "https://1.0.0.1/"}, "application/json", headers=headers)
    named = client.put(path, {"description": "x"}, "application/json", headers=headers)
    assert (moved.status_code, named.status_code) == (422, 200)
    where.refresh_from_db()
    assert (where.url, where.description) == (URL, "x")


def test_secret_is_rotated(client):
    where = endpoint(URL)
    answer = call(client, "POST", f"webhook-endpoints/{where.pk}/rotate-secret")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    row = WebhookEndpoint.objects.get()
    assert answer.json() == {"secret": row.secret}
    assert row.previous_secret == where.secret != row.secret
    shown = attributes(get(client, f"webhook-endpoints/{where.pk}"))
    assert shown["previous_secret_until"] is not None


def test_test_delivery(client, hook):
    where = endpoint(hook.url)
    answer = call(client, "POST", f"webhook-endpoints/{where.pk}/test")
    made = attributes(answer, 201)
    assert (made["event"], made["state"], made["attempts"]) == ("webhook.test", "pending", 0)
    work_off()
    shown = attributes(get(client, f"webhook-deliveries/{made['id']}"))
    assert (shown["state"], shown["status_code"], shown["attempts"]) == ("delivered", 200, 1)
    assert shown["payload"]["data"] == {"id": str(where.pk), "type": "webhookEndpoints"}


def test_deliveries_are_listed_without_payloads(client, hook):
    hook.answer(200)
    endpoint(hook.url)
    endpoint(hook.url, events=["user.created"])
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    events.emit(events.INVOICE_CREATED, InvoiceFactory())
    first, second = ids(get(client, "webhook-deliveries?sort=id"))
    assert ids(get(client, "webhook-deliveries?filter[state]=delivered")) == [first]
    assert ids(get(client, "webhook-deliveries?filter[event]=invoice.created")) == [second]
    assert ids(get(client, "webhook-deliveries?filter[status_code][eq]=200")) == [first]
    [row, _] = get(client, "webhook-deliveries").json()["data"]
    assert "payload" not in row["attributes"]
    target = "webhook-deliveries?fields[webhookDeliveries]=id,payload"
    [row, _] = get(client, target).json()["data"]
    assert row["attributes"]["payload"]["type"] == "invoice.paid"


def test_delivery_is_replayed(client, hook):
    endpoint(hook.url)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    key = WebhookDelivery.objects.get().pk
    waiting = call(client, "POST", f"webhook-deliveries/{key}/replay")
    assert (waiting.status_code, waiting.json()["message"]) == (
        409,
        "This delivery is on its way: wait for what comes of it.",
    )
    work_off()
    again = call(client, "POST", f"webhook-deliveries/{key}/replay")
    assert (again.status_code, attributes(again)["state"]) == (200, "pending")
    work_off()
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1
    assert (len(hook.got), WebhookDelivery.objects.get().state) == (2, "delivered")


def test_events_are_listed(client):
    answer = get(client, "webhook-events").json()["data"]
    assert [event["name"] for event in answer] == [*events.every()]
    assert answer[0] == {
        "name": "user.created",
        "about": "users",
        "description": "A person registered or was added.",
    }


def test_invoice_made_over_the_api_arrives(client, hook):
    where = endpoint(hook.url, events=["invoice.created"])
    user = InvoiceFactory().user_id
    body = {
        "user_id": user,
        "currency_code": "USD",
        "due_at": "2026-12-01",
        "items": [{"description": "Setup", "price": "10.00", "quantity": 1}],
    }
    made = call(client, "POST", "invoices", body)
    assert made.status_code == 201, made.content
    work_off()
    said = verified(where.secret, hook.got[0])
    assert said["type"] == "invoice.created"
    assert said["data"] == made.json()["data"]
