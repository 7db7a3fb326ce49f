"""`/api/v1/profile/two-factor` and `/sessions`."""

from datetime import timedelta

import orjson
import pyotp
import pytest
import time_machine

from accounts.actions.tokens import issue_impersonation, issue_pair
from accounts.actions.user_sessions import begin_session
from accounts.models import User, UserSession
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FACTOR, SESSIONS = "/api/v1/profile/two-factor", "/api/v1/profile/sessions"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def call(client, user):
    def send(method, path, token=None, **body):
        header = {"Authorization": f"Bearer {token or issue_pair(user).access}"}
        text = orjson.dumps(body)
        return client.generic(method, path, text, "application/json", headers=header)

    return send


def test_second_factor_on_and_off(call, user):
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        started = call("POST", FACTOR)
        secret = started.json()["secret"]
        assert "no-store" in started["Cache-Control"]
        assert started.json()["address"].startswith("otpauth://totp/")
        code = pyotp.TOTP(secret).now()
        proof = {"current_password": PASSWORD, "code": code}
        assert (
            call("PUT", FACTOR, secret=secret, current_password="x", code=code).status_code == 422
        )
        assert call("PUT", FACTOR, secret="short", **proof).status_code == 422
        assert not User.objects.get(pk=user.pk).has_two_factor
        begin_session(user, ip_address="10.0.0.1", user_agent="Firefox")
        assert call("PUT", FACTOR, secret=secret, **proof).json() == {"two_factor": True}
        assert User.objects.get(pk=user.pk).tfa_secret == secret
        assert not UserSession.objects.exists()
        assert call("POST", FACTOR).status_code == 422
        assert call("DELETE", FACTOR, **proof).status_code == 422  # used before
        clock.shift(90)
        proof["code"] = pyotp.TOTP(secret).now()
        assert call("DELETE", FACTOR, **proof).json() == {"two_factor": False}
        assert not User.objects.get(pk=user.pk).has_two_factor


def test_sessions_are_listed_and_ended(call, user):
    mine = begin_session(user, ip_address="10.0.0.1", user_agent="Firefox on Linux")
    theirs = begin_session(UserFactory(), ip_address="10.0.0.2", user_agent="")
    listed = call("GET", SESSIONS).json()["data"]
    assert [(each["id"], each["device"], each["ip_address"]) for each in listed] == [
        (mine.pk, "Linux - Firefox", "10.0.0.1")
    ]
    assert mine.ulid not in str(listed)
    assert call("DELETE", f"{SESSIONS}/{theirs.pk}").status_code == 404
    assert call("DELETE", f"{SESSIONS}/{mine.pk}").status_code == 204
    assert list(UserSession.objects.all()) == [theirs]


def test_who_acts_as_somebody_changes_none_of_it(call, user):
    staff = UserFactory(admin=True)
    token = issue_impersonation(user, by=staff, lifetime=timedelta(minutes=15))
    session = begin_session(user, ip_address="10.0.0.1", user_agent="")
    assert call("GET", SESSIONS, token).status_code == 200
    for method, path in (("POST", FACTOR), ("PUT", FACTOR), ("DELETE", FACTOR)):
        assert call(method, path, token).status_code == 403
    assert call("DELETE", f"{SESSIONS}/{session.pk}", token).status_code == 403
    assert UserSession.objects.exists()
