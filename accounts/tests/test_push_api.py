import json
from typing import Any

import pytest

from accounts.actions import push, push_keys
from accounts.models import NotificationSubscription
from accounts.rules import web_push
from accounts.tests.people import bearer, person, tokens_of

pytestmark = pytest.mark.django_db

KEY = "/api/v1/profile/push-key"
URL = "/api/v1/profile/push-subscriptions"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {"p256dh": web_push.new_keys().public, "auth": web_push.encoded(bytes(16))}


@pytest.fixture
def user():
    return person()


@pytest.fixture
def token(client, user):
    return tokens_of(client, user)["access_token"]


def add(client, token, **body: Any) -> Any:
    text = json.dumps({"endpoint": ENDPOINT, "keys": KEYS, **body})
    return client.post(URL, text, "application/json", headers=bearer(token))


def test_key_is_the_public_one(client, token):
    answer = client.get(KEY, headers=bearer(token)).json()
    assert answer == {"public_key": push_keys.keys().public}


def test_strangers_are_told_nothing(client):
    answers = (client.get(KEY), client.get(URL), client.post(URL), client.delete(f"{URL}/1"))
    assert [answer.status_code for answer in answers] == [401] * 4


def test_browser_is_added_and_listed_without_its_keys(client, user, token):
    answer = add(client, token)
    row = NotificationSubscription.objects.get()
    assert (row.user_id, row.endpoint) == (user.pk, ENDPOINT)
    assert (row.p256dh_key, row.auth_key) == (KEYS["p256dh"], KEYS["auth"])
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "endpoint", "created_at", "updated_at"}
    assert client.get(URL, headers=bearer(token)).json() == {"data": [answer.json()]}


def test_keys_are_stored_encrypted(client, token):
    add(client, token)
    row = NotificationSubscription.objects.values("p256dh_key", "auth_key").get()
    assert KEYS["p256dh"] not in str(row)
    assert KEYS["auth"] not in str(row)


def test_browser_that_comes_again_keeps_its_row_and_gets_the_new_keys(client, token):
    first = add(client, token).json()["id"]
    keys = {"p256dh": web_push.new_keys().public, "auth": web_push.encoded(b"x" * 16)}
    assert add(client, token, keys=keys).json()["id"] == first
    row = NotificationSubscription.objects.get()
    assert (row.p256dh_key, row.auth_key) == (keys["p256dh"], keys["auth"])


def test_browser_goes_with_who_is_signed_in_there(client, token):
    add(client, token)
    other = person()
    assert add(client, tokens_of(client, other)["access_token"]).status_code == 201
    assert NotificationSubscription.objects.get().user_id == other.pk
    assert client.get(URL, headers=bearer(token)).json() == {"data": []}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"endpoint": "https://evil.example/x"}, {"endpoint": [push.NOT_ALLOWED]}),
        ({"endpoint": "http://fcm.googleapis.com/x"}, {"endpoint": [push.NOT_ALLOWED]}),
        ({"endpoint": f"{ENDPOINT}{'x' * 255}"}, {"endpoint": [push.TOO_LONG]}),
        ({"keys": {**KEYS, "auth": "AA"}}, {"keys": [push.NO_KEYS]}),
        ({"keys": {**KEYS, "p256dh": "é"}}, {"keys": [push.NO_KEYS]}),
        ({"endpoint": 5}, {"endpoint": ["The endpoint field must be a text."]}),
        (
            {"keys": "x"},
            {name: [f"The {name} field must be a text."] for name in ("keys.p256dh", "keys.auth")},
        ),
    ],
)
def test_what_cannot_be_sent_to_is_refused(client, token, body, errors):
    answer = add(client, token, **body)
    assert (answer.status_code, answer.json()["errors"]) == (422, errors)
    assert not NotificationSubscription.objects.exists()


def test_number_of_browsers_is_limited(client, token, monkeypatch):
    monkeypatch.setattr(push, "MAX_BROWSERS", 1)
    add(client, token)
    answer = add(client, token, endpoint=ENDPOINT + "d")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"endpoint": [push.TOO_MANY]})
    assert add(client, token).status_code == 201
    assert NotificationSubscription.objects.count() == 1


def test_own_browsers_alone_are_deleted(client, token):
    key = add(client, token).json()["id"]
    other = tokens_of(client, person())["access_token"]
    assert client.delete(f"{URL}/{key}", headers=bearer(other)).status_code == 404
    assert NotificationSubscription.objects.count() == 1
    assert client.delete(f"{URL}/{key}", headers=bearer(token)).status_code == 204
    assert not NotificationSubscription.objects.exists()
    assert client.delete(f"{URL}/{key}", headers=bearer(token)).status_code == 404
