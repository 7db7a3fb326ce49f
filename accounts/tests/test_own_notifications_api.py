"""What a person reads of his own notifications, and what he wants to be told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.actions import preferences
from accounts.actions.notifications import notify
from accounts.models import Notification, NotificationPreference, NotificationTemplate, User
from accounts.tests.people import bearer, person, tokens_of
from paymenter.tests.api import set_option

pytestmark = pytest.mark.django_db

BELL = "/api/v1/profile/notifications"
PREFERENCES = "/api/v1/profile/notification-preferences"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ON, OFF = {"enabled": True, "choice": True}, {"enabled": False, "choice": True}
FORCED, NEVER = {"enabled": True, "choice": False}, {"enabled": False, "choice": False}


@pytest.fixture
def user() -> User:
    found: User = person()
    return found


@pytest.fixture
def me(client: Client, user: User) -> "Caller":
    return Caller(client, user)


class Caller:
    def __init__(self, client: Client, user: User) -> None:
        self.client = client
        self.headers = bearer(tokens_of(client, user)["access_token"])

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def send(self, verb: str, path: str, body: Any = None) -> Any:
        text = json.dumps(body or {})
        return self.client.generic(verb, path, text, "application/json", headers=self.headers)


def bell(user: User, **columns: Any) -> Notification:
    values = {"title": "Paid", "body": "Thank you", "url": "https://shop.example/1", **columns}
    made: Notification = Notification.objects.create(user=user, **values)
    return made


def template(key: str = "x", **columns: Any) -> NotificationTemplate:
    texts = {"subject": "S", "body": "B", "in_app_title": "T", "in_app_body": "I"}
    label = {"edit_preference_message": "Tell me"}
    made: NotificationTemplate
    made, _ = NotificationTemplate.objects.update_or_create(
        key=key, defaults={**texts, **label, **columns}
    )
    return made


def shown(answer: Any, key: str = "x") -> Any:
    assert answer.status_code == 200, answer.content
    [found] = [row for row in answer.json()["data"] if row["key"] == key]
    return found


# The bell


def test_own_notifications_newest_first(me: Caller, user: User) -> None:
    with time_machine.travel(NOON, tick=False):
        old, new = bell(user, read_at=NOON), bell(user, title="New", url=None)
    bell(person())
    bell(user, show_in_app=False)
    answer = me.get(BELL).json()
    assert answer["data"][0] == {
        "id": new.pk,
        "title": "New",
        "body": "Thank you",
        "url": None,
        "read_at": None,
        "created_at": "2026-11-23T12:00:00.000000Z",
    }
    assert [row["id"] for row in answer["data"]] == [new.pk, old.pk]
    assert (answer["unread"], answer["before"]) == (1, None)
    assert [row["id"] for row in me.get(f"{BELL}?unread=1").json()["data"]] == [new.pk]


def test_pages(me: Caller, user: User) -> None:
    keys = [bell(user).pk for _ in range(5)]
    pages: list[list[int]] = []
    before: Any = ""
    while before is not None:
        answer = me.get(f"{BELL}?limit=2{before and f'&before={before}'}").json()
        pages.append([row["id"] for row in answer["data"]])
        before = answer["before"]
    assert pages == [keys[:2:-1], keys[2:0:-1], keys[:1]]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "before=0", "unread=maybe"])
def test_pages_that_cannot_be(me: Caller, query: str) -> None:
    answer = me.get(f"{BELL}?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [query.partition("=")[0]])


def test_read_stays_as_of_the_first_time(me: Caller, user: User) -> None:
    row = bell(user)
    for later in (timedelta(), timedelta(minutes=5)):
        with time_machine.travel(datetime.now(UTC) + later, tick=False):
            answer = me.send("POST", f"{BELL}/{row.pk}/read")
            first = row.read_at
            row.refresh_from_db()
            assert first in (None, row.read_at)
    assert (answer.status_code, answer.json()["id"]) == (200, row.pk)
    assert answer.json()["read_at"] is not None


@pytest.mark.parametrize("columns", [{}, {"show_in_app": False}])
def test_what_is_not_behind_ones_own_bell_is_not_found(
    me: Caller, user: User, columns: Any
) -> None:
    row = bell(user if columns else person(), **columns)
    assert me.send("POST", f"{BELL}/{row.pk}/read").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_all_are_read_but_those_of_others_and_those_that_came_later(me: Caller, user: User) -> None:
    foreign, old, new = bell(person()), bell(user), bell(user)
    assert me.send("POST", f"{BELL}/read", {"until": old.pk}).json() == {"read": 1}
    unread = Notification.objects.filter(read_at=None)
    assert set(unread.values_list("pk", flat=True)) == {foreign.pk, new.pk}
    assert me.send("POST", f"{BELL}/read").json() == {"read": 1}
    assert [row.pk for row in unread.all()] == [foreign.pk]
    refused = me.send("POST", f"{BELL}/read", {"until": "x"})
    assert list(refused.json()["errors"]) == ["until"]


def test_strangers_are_told_nothing(client: Client, user: User) -> None:
    row = bell(user)
    posts = (f"{BELL}/read", f"{BELL}/{row.pk}/read")
    answers = [client.get(BELL), client.get(PREFERENCES), client.patch(PREFERENCES)]
    answers += [client.post(path) for path in posts]
    assert [answer.status_code for answer in answers] == [401] * 5
    row.refresh_from_db()
    assert row.read_at is None


# What one wants to be told


@pytest.mark.parametrize(
    ("mail", "in_app", "states"),
    [
        ("choice_on", "choice_off", (ON, OFF)),
        ("force", "choice_on", (FORCED, ON)),
        ("never", "choice_off", (NEVER, OFF)),
        ("force", "never", (FORCED, NEVER)),
    ],
)
def test_choices_that_there_are(me: Caller, mail: str, in_app: str, states: Any) -> None:
    template(mail_enabled=mail, in_app_enabled=in_app)
    assert shown(me.get(PREFERENCES)) == {
        "key": "x", "label": "Tell me", "mail": states[0], "in_app": states[1],
    }  # fmt: skip


@pytest.mark.parametrize(
    "columns",
    [
        {"enabled": False},
        {"mail_enabled": "force", "in_app_enabled": "force"},
        *({"key": key} for key in sorted(preferences.UNASKED)),
    ],
)
def test_choices_that_there_are_not(me: Caller, columns: Any) -> None:
    made = template(**columns)
    assert made.key not in [row["key"] for row in me.get(PREFERENCES).json()["data"]]
    answer = me.send("PATCH", PREFERENCES, {made.key: {"mail": False}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [made.key])
    assert not NotificationPreference.objects.exists()


def test_choice_is_stored_as_paymenter_does_and_counts(me: Caller, user: User) -> None:
    set_option("mail_disable", "0")
    template(mail_enabled="choice_on", in_app_enabled="choice_off")
    answer = me.send("PATCH", PREFERENCES, {"x": {"in_app": True}})
    assert (shown(answer)["mail"], shown(answer)["in_app"]) == (ON, ON)
    row = NotificationPreference.objects.get()
    assert (row.user_id, row.mail_enabled, row.in_app_enabled) == (user.pk, True, True)
    me.send("PATCH", PREFERENCES, {"x": {"mail": False}})
    row.refresh_from_db()
    assert (row.mail_enabled, row.in_app_enabled) == (False, True)
    assert notify(user, "x", data={}) is not None
    assert user.email_logs.count() == 0
    assert shown(me.get(PREFERENCES))["mail"] == OFF


def test_preferences_of_others_stay(me: Caller, user: User) -> None:
    other, choice = person(), template()
    row = NotificationPreference.objects.create(user=other, notification_template=choice)
    me.send("PATCH", PREFERENCES, {"x": {"mail": False, "in_app": False}})
    row.refresh_from_db()
    assert (row.mail_enabled, row.in_app_enabled) == (True, True)
    assert NotificationPreference.objects.filter(user=user).count() == 1


def test_of_two_preferences_the_first_counts_and_both_are_changed(me: Caller, user: User) -> None:
    choice = template()
    for value in (False, True):
        NotificationPreference.objects.create(
            user=user, notification_template=choice, mail_enabled=value
        )
    assert shown(me.get(PREFERENCES))["mail"] == OFF
    assert shown(me.send("PATCH", PREFERENCES, {"x": {"mail": True}}))["mail"] == ON
    assert all(row.mail_enabled for row in NotificationPreference.objects.all())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"x": {"mail": False}, "nothing": {"mail": False}}, "nothing"),
        ({"x": {"mail": False}, "forced": {"mail": False}}, "forced.mail"),
        ({"x": {"mail": "no"}}, "x"),
        ({"x": {"sms": True}}, "x"),
        ({"x": False}, "x"),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(me: Caller, body: Any, field: str) -> None:
    template()
    template("forced", mail_enabled="force")
    answer = me.send("PATCH", PREFERENCES, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not NotificationPreference.objects.exists()
