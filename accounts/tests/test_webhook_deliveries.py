"""From the event to a receiver on loopback and back, with workers that die in between."""

import json
import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from accounts.actions import webhook_deliveries, webhook_endpoints
from accounts.actions.webhook_deliveries import (
    deliver,
    prune_webhook_deliveries,
    replay,
    send_test,
)
from accounts.actions.webhook_endpoints import rotate_secret
from accounts.models import EmailLog
from accounts.tests.factories import UserFactory
from accounts.tests.webhooks import endpoint, verified
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from billing.tests.factories import InvoiceFactory
from paymenter import events, http
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.http import NoAnswer
from paymenter.tests.api import get, set_option, store_key
from paymenter.tests.jobs import work_off
from paymenter.tests.web_servers import LOOPBACK, receiver

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = timedelta(days=1)


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.OUTGOING_PRIVATE_NETWORKS = LOOPBACK


@pytest.fixture
def hook():
    with receiver() as server:
        yield server


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def only():
    return WebhookDelivery.objects.get()


def waiting():
    return DBTaskResult.objects.filter(task_path__endswith="webhook_deliveries.deliver")


def until_the_end(clock):
    """Works off whatever is due, whenever it is due; how often it had to wait."""
    turns = 0
    work_off()
    while row := waiting().order_by("run_after").first():
        clock.move_to(row.run_after)
        work_off()
        turns += 1
    return turns


# -- from the event to the receiver ----------------------------------------------------------------


def test_event_arrives_signed_and_as_the_api_shows_it(client, hook):
    where = endpoint(hook.url)
    invoice = InvoiceFactory()
    events.emit(events.INVOICE_PAID, invoice)
    work_off()
    [got] = hook.got
    said = verified(where.secret, got)
    store_key("admin.invoices.view")
    shown = get(client, f"invoices/{invoice.pk}").json()["data"]
    assert {name: said[name] for name in ("type", "data")} == {
        "type": "invoice.paid",
        "data": shown,
    }
    assert datetime.fromisoformat(said["timestamp"]).tzinfo is UTC
    delivery = only()
    assert (delivery.webhook_id, delivery.payload) == (got[0]["webhook-id"], got[1].decode())
    assert got[0]["Content-Type"] == "application/json"
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("delivered", 1, 200)
    assert (delivery.error, delivery.next_attempt_at) == (None, None)
    assert delivery.duration_ms < 15_000
    assert not waiting().exists()


@pytest.mark.parametrize("event", events.every().values(), ids=lambda event: event.name)
def test_the_api_shows_what_each_event_is_about(event):
    from accounts.actions.webhook_payloads import resource_of

    assert resource_of(event).model._meta.label == event.model


def test_payload_is_frozen_when_it_happens(hook):
    endpoint(hook.url)
    user = UserFactory(first_name="Ann")
    events.emit(events.USER_UPDATED, user)
    type(user).objects.filter(pk=user.pk).update(first_name="Bob")
    work_off()
    assert json.loads(hook.got[0][1])["data"]["attributes"]["first_name"] == "Ann"


def test_of_a_record_that_is_gone_type_and_id_remain(hook):
    endpoint(hook.url)
    user = UserFactory()
    key = user.pk
    type(user).objects.filter(pk=key).delete()
    events.emit(events.USER_DELETED, user)
    work_off()
    assert json.loads(hook.got[0][1])["data"] == {"id": str(key), "type": "users"}


def test_each_endpoint_gets_what_it_wants(hook):
    everything = endpoint(hook.url)
    paid = endpoint(hook.url, events=["invoice.paid", "user.created"])
    endpoint(hook.url, events=["user.created"])
    endpoint(hook.url, events=[])
    endpoint(hook.url, enabled=False)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    told = WebhookDelivery.objects.order_by("pk")
    assert [row.endpoint_id for row in told] == [everything.pk, paid.pk]
    assert len({row.webhook_id for row in told}) == 2
    assert len({row.payload for row in told}) == 1


def test_what_is_rolled_back_is_not_told(hook):
    endpoint(hook.url)
    with transaction.atomic():
        events.emit(events.INVOICE_PAID, InvoiceFactory())
        assert (WebhookDelivery.objects.count(), waiting().count()) == (1, 1)
        transaction.set_rollback(True)
    work_off()
    assert (WebhookDelivery.objects.count(), waiting().count(), hook.got) == (0, 0, [])


def test_without_endpoints_an_event_costs_one_look_in_five_seconds(monkeypatch):
    invoice = InvoiceFactory()
    counts = []
    for now in (100.0, 100.0, 104.9, 105.1, 105.2):
        monkeypatch.setattr(webhook_endpoints, "time", SimpleNamespace(monotonic=lambda n=now: n))
        with CaptureQueriesContext(connection) as captured:
            events.emit(events.INVOICE_REMINDED, invoice)
        counts.append(sum("webhook_" in query["sql"] for query in captured.captured_queries))
    assert counts == [1, 0, 0, 1, 0]


def test_new_endpoint_is_heeded_at_once(hook):
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    values = {"url": hook.url, "events": ["invoice.paid"]}
    webhook_endpoints.create_endpoint(actor=SYSTEM, may_see=lambda name: True, **values)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    assert WebhookDelivery.objects.count() == 1


# -- attempts --------------------------------------------------------------------------------------


def test_failure_is_tried_again_with_the_same_id_and_a_new_signature(hook, clock):
    where = endpoint(hook.url)
    hook.answer(503, b"busy")
    hook.answer(204)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    delivery = only()
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("pending", 1, 503)
    assert (delivery.answer, delivery.error) == ("busy", "The receiver answered 503.")
    assert timedelta(seconds=10) <= delivery.next_attempt_at - START <= timedelta(seconds=11)
    where.refresh_from_db()
    assert where.failing_since == START
    work_off()
    assert len(hook.got) == 1
    until_the_end(clock)
    first, second = hook.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"] == delivery.webhook_id
    assert first[1] == second[1]
    assert int(second[0]["webhook-timestamp"]) - int(first[0]["webhook-timestamp"]) in (10, 11)
    verified(where.secret, second)
    where.refresh_from_db()
    assert (only().state, only().attempts) == ("delivered", 2)
    assert where.failing_since is None


def test_receiver_may_ask_for_more_time(hook, clock):
    endpoint(hook.url)
    hook.answer(429, Retry_After="3600")
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert waiting().get().run_after == START + timedelta(hours=1)


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_other_answers_are_failures(hook, status):
    endpoint(hook.url)
    hook.answer(status, Location="/elsewhere")
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert (only().state, only().status_code, len(hook.got)) == ("pending", status, 1)


def test_address_that_became_private_gets_nothing(hook, settings):
    endpoint(hook.url)
    settings.OUTGOING_PRIVATE_NETWORKS = ()
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert (only().state, only().status_code, hook.got) == ("pending", None, [])
    assert only().error.startswith("127.0.0.1 leads to 127.0.0.1, which is no public address")


def test_long_and_broken_answers_are_cut(hook):
    endpoint(hook.url)
    hook.answer(500, b"\0\xff" + b"x" * 100_000)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert only().answer == "\N{REPLACEMENT CHARACTER}" * 2 + "x" * 498


def test_410_disables_at_once(hook):
    set_option("mail_disable", "0")
    set_option("system_email_address", "ops@example.com")
    where = endpoint(hook.url)
    hook.answer(410)
    for _ in range(2):
        events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    where.refresh_from_db()
    assert (where.enabled, where.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert where.disabled_at is not None
    states = WebhookDelivery.objects.order_by("pk").values_list("state", "status_code", "error")
    assert list(states) == [
        ("failed", 410, "The receiver answered 410."),
        ("failed", None, "The endpoint is disabled."),
    ]
    [mail] = EmailLog.objects.filter(to="ops@example.com")
    assert mail.subject == "A webhook endpoint was switched off"
    assert "The receiver answered 410 Gone." in mail.body
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    assert (WebhookDelivery.objects.count(), len(hook.got)) == (2, 1)


def test_endpoint_that_fails_for_a_day_is_disabled_with_a_notice(hook, clock):
    set_option("mail_disable", "0")
    set_option("system_email_address", "ops@example.com")
    where = endpoint(hook.url)
    hook.answer(500)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    assert until_the_end(clock) == 9
    where.refresh_from_db()
    assert (only().state, only().attempts, len(hook.got)) == ("failed", 10, 10)
    assert (where.enabled, where.disabled_reason) == (
        False,
        "Nothing could be delivered for more than a day."
        " The last error: The receiver answered 500.",
    )
    assert EmailLog.objects.filter(to="ops@example.com").count() == 1


def test_endpoint_where_something_succeeded_stays(hook, clock):
    where = endpoint(hook.url)
    hook.answer(500)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    clock.shift(timedelta(hours=12))
    hook.answers[:] = [(200, {}, b"")]
    send_test(where)
    WebhookDelivery.objects.filter(event="invoice.paid").update(state="failed")
    work_off()
    hook.answers[:] = [(500, {}, b"")]
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    WebhookDelivery.objects.filter(state="pending").update(attempts=9)
    waiting().delete()
    deliver.enqueue(delivery_id=WebhookDelivery.objects.latest("pk").pk, attempt=10, first=1)
    work_off()
    where.refresh_from_db()
    assert WebhookDelivery.objects.latest("pk").state == "failed"
    assert (where.enabled, where.failing_since) == (True, START + timedelta(hours=12))


def test_while_rotating_both_secrets_sign(hook, clock):
    where = endpoint(hook.url)
    before = where.secret
    after = rotate_secret(where, actor=SYSTEM).secret
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    headers = hook.got[0][0]
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (before, after):
        assert verified(secret, hook.got[0])["type"] == "invoice.paid"
    clock.shift(DAYS + timedelta(seconds=1))
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert hook.got[1][0]["webhook-signature"].count("v1,") == 1
    verified(after, hook.got[1])


def test_secret_of_another_app_key(hook):
    where = endpoint(hook.url)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhook_endpoints SET secret = 'x' WHERE id = %s", [where.pk])
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert (only().state, hook.got) == ("pending", [])
    assert only().error == "The secret cannot be decrypted with APP_KEY: rotate it."


# -- workers that die ------------------------------------------------------------------------------


def begun(monkeypatch, hook):
    """A delivery whose worker was killed after the receiver had it."""
    endpoint(hook.url)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    with monkeypatch.context() as patch:
        patch.setattr(webhook_deliveries, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            work_off()
    return only()


def killed(*_):
    raise KeyboardInterrupt


def test_killed_worker_sends_again_with_the_same_id(monkeypatch, hook):
    delivery = begun(monkeypatch, hook)
    assert (delivery.state, delivery.attempts, len(hook.got)) == ("sending", 1, 1)
    deliver.call(delivery.pk, attempt=1, first=1)
    assert (only().state, only().attempts) == ("delivered", 1)
    assert {headers["webhook-id"] for headers, _ in hook.got} == {delivery.webhook_id}
    assert len(hook.got) == 2


def test_what_was_delivered_is_not_sent_again(hook):
    endpoint(hook.url)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    for attempt in (1, 2):
        deliver.call(only().pk, attempt=attempt, first=1)
    assert (len(hook.got), only().state, only().attempts) == (1, "delivered", 1)


def test_job_of_an_attempt_that_is_over_does_nothing(hook, clock):
    endpoint(hook.url)
    hook.answer(500)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    deliver.call(only().pk, attempt=1, first=1)
    assert (len(hook.got), only().attempts, waiting().count()) == (1, 1, 1)


def test_slow_attempt_that_was_overtaken_stores_nothing(monkeypatch, hook):
    """Its lease ran out, and another worker has finished meanwhile."""
    delivery = begun(monkeypatch, hook)

    def overtaken(url, **_):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state="delivered")
        raise NoAnswer("late")

    monkeypatch.setattr(http, "post", overtaken)
    waiting().delete()
    deliver.call(delivery.pk, attempt=1, first=1)
    assert (only().state, only().error, waiting().count()) == ("delivered", None, 0)


def test_no_transaction_is_open_while_it_is_sent(hook, monkeypatch):
    depth, levels = len(connection.savepoint_ids), []
    real = http.post

    def watched(*args, **kwargs):
        levels.append(len(connection.savepoint_ids) - depth)
        return real(*args, **kwargs)

    monkeypatch.setattr(http, "post", watched)
    endpoint(hook.url)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    work_off()
    assert levels == [0]


def test_endpoint_that_was_deleted_meanwhile(hook):
    where = endpoint(hook.url)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    WebhookEndpoint.objects.filter(pk=where.pk).delete()
    work_off()
    assert (WebhookDelivery.objects.count(), waiting().count(), hook.got) == (0, 0, [])


def test_listener_that_fails_undoes_nothing(monkeypatch, caplog):
    endpoint()
    invoice = InvoiceFactory()
    monkeypatch.setattr(webhook_deliveries, "payload_of", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        events.emit(events.INVOICE_PAID, invoice)
    assert "tell_endpoints failed" in caplog.text
    assert WebhookDelivery.objects.count() == 0


# -- tests, replays, pruning -----------------------------------------------------------------------


def test_test_delivery_goes_once_also_to_a_disabled_endpoint(hook, clock):
    where = endpoint(hook.url, enabled=False, events=[])
    hook.answer(500)
    send_test(where)
    assert until_the_end(clock) == 0
    said = verified(where.secret, hook.got[0])
    assert (said["type"], said["data"]) == (
        "webhook.test",
        {"id": str(where.pk), "type": "webhookEndpoints"},
    )
    where.refresh_from_db()
    assert (only().state, where.failing_since) == ("failed", None)


def test_replay_sends_it_with_its_id_and_all_attempts(hook, clock):
    endpoint(hook.url)
    hook.answer(500)
    events.emit(events.INVOICE_PAID, InvoiceFactory())
    until_the_end(clock)
    with pytest.raises(Refused, match=r"^The endpoint is disabled\. Enable it first\.$"):
        replay(only())
    WebhookEndpoint.objects.update(enabled=True, failing_since=None)
    assert replay(only()).state == "pending"
    with pytest.raises(Refused, match="is on its way") as refusal:
        replay(only())
    assert refusal.value.status == 409
    assert until_the_end(clock) == 9
    assert (only().state, only().attempts, len(hook.got)) == ("failed", 20, 20)
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 1


def test_replay_of_what_got_stuck(monkeypatch, hook):
    delivery = begun(monkeypatch, hook)
    waiting().delete()
    with pytest.raises(Refused, match="is on its way"):
        replay(delivery)
    WebhookDelivery.objects.update(next_attempt_at=datetime.now(UTC) - timedelta(hours=2))
    replay(delivery)
    work_off()
    assert (only().state, only().attempts, len(hook.got)) == ("delivered", 2, 2)


def test_old_deliveries_are_forgotten_once_they_are_over(monkeypatch):
    monkeypatch.setattr(webhook_deliveries, "AT_ONCE", 2)
    now = datetime.now(UTC)
    for number in range(5):
        row(number, "delivered", now - 31 * DAYS)
    kept = [
        row(5, "failed", now - 29 * DAYS),
        row(6, "pending", now - 31 * DAYS),
        row(7, "sending", now - 31 * DAYS),
    ]
    row(8, "failed", now - 31 * DAYS)
    prune_webhook_deliveries.call()
    left = WebhookDelivery.objects.order_by("pk").values_list("pk", flat=True)
    assert list(left) == [delivery.pk for delivery in kept]


def row(number, state, created):
    return WebhookDelivery.objects.create(
        webhook_id=f"msg_{number}",
        endpoint_id=1,
        event="invoice.paid",
        payload="{}",
        state=state,
        created_at=created,
    )
