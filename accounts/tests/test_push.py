"""From a notification to a push service on loopback, and from it to the browser's keys."""

import json
from typing import Any

import http_ece
import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection  # noqa: F401 (the condition of on_mariadb)
from django_tasks_db.models import DBTaskResult

from accounts.actions import push, push_keys
from accounts.actions.notifications import notify
from accounts.actions.user_notifications import create_notification
from accounts.models import Audit, Notification, NotificationSubscription, NotificationTemplate
from accounts.rules import web_push
from accounts.tests.factories import UserFactory
from paymenter import http, options
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.jobs import GiveUp
from paymenter.models import Migration, Setting
from paymenter.tests.api import set_option
from paymenter.tests.jobs import work_off
from paymenter.tests.races import at_once, emptied_tables, on_mariadb
from paymenter.tests.web_servers import LOOPBACK, receiver

pytestmark = pytest.mark.django_db

AUTH = bytes(range(16))


@pytest.fixture(autouse=True)
def loopback(settings, monkeypatch):
    settings.OUTGOING_PRIVATE_NETWORKS = LOOPBACK
    monkeypatch.setattr(web_push, "is_allowed", lambda endpoint: "127.0.0.1" in endpoint)


@pytest.fixture
def service():
    with receiver() as server:
        yield server


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def browser():
    return ec.generate_private_key(ec.SECP256R1())


def subscription(user, browser, endpoint) -> NotificationSubscription:
    p256dh = web_push.encoded(web_push._point(browser.public_key()))
    return push.subscribe(user, endpoint=endpoint, p256dh=p256dh, auth=web_push.encoded(AUTH))


def notification(user, **columns: Any) -> Notification:
    values = {"title": "Paid", "body": "12,00 €", "url": "https://shop.example/1", **columns}
    return create_notification(actor=SYSTEM, user=user, **values)


def read(browser, body: bytes) -> Any:
    return json.loads(http_ece.decrypt(body, private_key=browser, auth_secret=AUTH))


def queued() -> list[dict[str, Any]]:
    rows = DBTaskResult.objects.filter(task_path="accounts.actions.push.push", status="READY")
    return [row.args_kwargs["kwargs"] for row in rows]


# -- who is told -----------------------------------------------------------------------------------


def test_each_browser_of_the_user_gets_what_stands_behind_the_bell(user, browser):
    mine = [subscription(user, browser, f"https://127.0.0.1/{number}") for number in (1, 2)]
    subscription(UserFactory(), browser, "https://127.0.0.1/3")
    NotificationTemplate.objects.create(
        key="news", subject="News", body="", in_app_title="News", in_app_body="Read"
    )
    told = notify(user, "news", data={}, channels=["in_app"])
    assert told is not None
    assert sorted(queued(), key=lambda job: job["subscription_id"]) == [
        {"notification_id": told.pk, "subscription_id": row.pk} for row in mine
    ]


def test_what_is_not_for_push_is_not_pushed(user, browser):
    subscription(user, browser, "https://127.0.0.1/1")
    notification(user, show_as_push=False)
    assert queued() == []


def test_who_has_no_browser_costs_one_query(user, django_assert_num_queries):
    told = notification(user)
    with django_assert_num_queries(1):
        push.announce(told)
    assert queued() == []


# -- the message -----------------------------------------------------------------------------------


def test_browser_reads_the_message_and_the_service_the_signature(user, browser, service):
    service.answer(201)
    set_option("logo", "logo-light.webp")
    set_option("app_url", "https://shop.example")
    subscription(user, browser, service.url)
    notification(user)
    work_off()
    [(headers, body)] = service.got
    assert read(browser, body) == {
        "title": "Paid",
        "body": "12,00 €",
        "icon": "https://shop.example/storage/logo-light.webp",
        "badge": "https://shop.example/storage/logo-light.webp",
        "url": "https://shop.example/1",
        "show_in_app": True,
        "show_as_push": True,
    }
    names = ("Content-Encoding", "TTL", "Urgency")
    assert [headers[name] for name in names] == ["aes128gcm", "2419200", "normal"]
    token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    assert key == push_keys.keys().public
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), web_push.decoded(key))
    audience = service.url.removesuffix("/hook")
    claims = jwt.decode(token, point, algorithms=["ES256"], audience=audience)
    assert claims["sub"] == "https://shop.example"
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_long_bodies_lose_their_end(user, browser, service):
    subscription(user, browser, service.url)
    notification(user, body="ä" * 10_000)
    work_off()
    [(_, body)] = service.got
    assert len(body) <= 4096
    said = read(browser, body)["body"]
    assert said.endswith("ä…")
    assert len(said) > 1500


# -- what the service answers ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_subscription_that_is_gone_is_deleted(user, browser, service, status):
    service.answer(status)
    subscription(user, browser, service.url)
    notification(user)
    work_off()
    assert len(service.got) == 1
    assert not NotificationSubscription.objects.exists()
    assert queued() == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_service_is_asked_again(user, browser, service, status):
    service.answer(status)
    service.answer(201)
    subscription(user, browser, service.url)
    notification(user)
    with time_machine.travel("2036-01-01", tick=False) as clock:
        work_off()
        assert (len(service.got), len(queued())) == (1, 1)
        clock.shift(20)
        work_off()
    assert (len(service.got), len(queued())) == (2, 0)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("3600", 3600),
        ("Tue, 01 Jan 2036 02:00:00 GMT", 7200),
        ("1", 10),  # our own delay is longer
        ("soon", 10),
        ("99999999", 86_400),
    ],
)
def test_service_that_says_when_is_not_asked_before(user, browser, service, asked, waits):
    service.answer(429, Retry_After=asked)
    service.answer(201)
    subscription(user, browser, service.url)
    notification(user)
    with time_machine.travel("2036-01-01", tick=False) as clock:
        work_off()
        clock.shift(waits * 0.75)
        work_off()
        assert len(service.got) == 1
        clock.shift(waits * 0.5)
        work_off()
    assert (len(service.got), queued()) == (2, [])


@pytest.mark.parametrize("status", [301, 400, 403, 413])
def test_what_no_attempt_can_help_is_given_up(user, browser, service, status):
    service.answer(status, b"because")
    row, told = subscription(user, browser, service.url), notification(user)
    with pytest.raises(GiveUp, match=f"The push service answered {status}: because"):
        push.push.func(told.pk, row.pk)
    assert NotificationSubscription.objects.get() == row


def test_silent_service_is_asked_again(user, browser):
    with receiver() as gone:
        url = gone.url
    row, told = subscription(user, browser, url), notification(user)
    with pytest.raises(http.NoAnswer):
        push.push.func(told.pk, row.pk)
    assert NotificationSubscription.objects.get() == row


def test_endpoints_that_are_no_push_service_get_nothing(user, browser, service, monkeypatch):
    row, told = subscription(user, browser, service.url), notification(user)
    monkeypatch.undo()
    with pytest.raises(GiveUp, match="no https address of a push service"):
        push.push.func(told.pk, row.pk)
    assert service.got == []


def test_browser_that_is_somebody_elses_by_now_gets_nothing(user, browser, service):
    row, told = subscription(user, browser, service.url), notification(user)
    other = UserFactory()
    moved = subscription(other, browser, service.url)
    assert (moved.pk, moved.user_id) == (row.pk, other.pk)
    push.push.func(told.pk, row.pk)
    assert service.got == []


def test_what_is_gone_is_not_sent(user, browser, service):
    row, told = subscription(user, browser, service.url), notification(user)
    push.push.func(told.pk, row.pk + 1)
    push.push.func(told.pk + 1, row.pk)
    assert service.got == []


def test_subscription_without_usable_keys_is_given_up(user, browser, service):
    row, told = subscription(user, browser, service.url), notification(user)
    row.p256dh_key = "abc"
    row.save()
    with pytest.raises(GiveUp, match="The keys of this subscription"):
        push.push.func(told.pk, row.pk)
    assert service.got == []


# -- the installation's keys -----------------------------------------------------------------------


def stored() -> dict[str, Setting]:
    rows = Setting.objects.filter(key__in=(push_keys.PUBLIC, push_keys.PRIVATE))
    return {row.key: row for row in rows}


def test_keys_are_made_once_and_encrypted(db):
    made = push_keys.keys()
    assert push_keys.keys() == made
    assert (len(made.public), len(made.private)) == (87, 43)
    rows = stored()
    assert {(row.type, row.encrypted) for row in rows.values()} == {("string", True)}
    assert made.private not in str([row.value for row in rows.values()])
    options.forget()
    assert options.get(push_keys.PRIVATE) == made.private
    assert made.private not in str(list(Audit.objects.values_list("new_values", flat=True)))


def test_keys_of_another_app_key_are_kept(db):
    Setting.objects.create(key=push_keys.PUBLIC, value="x", encrypted=True)
    Setting.objects.create(key=push_keys.PRIVATE, value="y", encrypted=True)
    options.forget()
    with pytest.raises(Refused, match="APP_KEY"):
        push_keys.keys()
    assert {row.value for row in stored().values()} == {"x", "y"}


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_makes_the_keys():
    with emptied_tables():
        Migration.objects.create(migration="first", batch=1)
        options.forget()
        found = at_once(lambda _: push_keys.keys(), 8)
        assert len(set(found)) == 1
        assert Setting.objects.filter(key__startswith="vapid_").count() == 2
    options.forget()
