import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pyotp
import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.actions import captcha
from accounts.actions.login import CODE_LONG
from accounts.models import Notification, User, UserAuthenticationLog
from accounts.rules.devices import device_label
from accounts.tests.factories import PASSWORD, NotificationTemplateFactory
from accounts.tests.people import log_in, person, post, tokens_of
from accounts.tokens.models import SpentToken
from paymenter.laravel import passwords
from paymenter.tests.api import set_option

pytestmark = pytest.mark.django_db

WRONG = {"message": "These credentials do not match our records."}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_json_login_gives_a_pair_of_tokens(client):
    response = log_in(client, person())
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store, private"
    answer = response.json()
    assert list(answer) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 1800)


def test_password_form_of_oauth2_works(client):
    user = person()
    form = {"grant_type": "password", "username": user.email.upper(), "password": PASSWORD}
    assert client.post("/api/v1/auth/login", form).status_code == 200


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (
            {},
            {
                "email": ["The email field is required."],
                "password": ["The password field is required."],
            },
        ),
        (
            {"email": "x", "password": ["a"]},
            {
                "email": ["The email field must be a valid email address."],
                "password": ["The password field must be a string."],
            },
        ),
    ],
)
def test_what_is_no_login_is_refused(client, body, errors):
    response = post(client, "login", **body)
    assert (response.status_code, response.json()["errors"]) == (422, errors)


def test_unknown_address_and_wrong_password_look_alike_and_take_one_check(client, monkeypatch):
    checked = []
    check = passwords.check

    def noted(plain, hashed):
        checked.append(plain)
        return check(plain, hashed)

    monkeypatch.setattr(passwords, "check", noted)
    user = person()
    first = post(client, "login", email="nobody@example.com", password="x")
    second = log_in(client, user, "wrong")
    assert [(r.status_code, r.json()) for r in (first, second)] == [(401, WRONG)] * 2
    assert checked == ["x", "wrong"]
    assert not UserAuthenticationLog.objects.exists()


def test_look_alike_address_is_another(client):
    person(email="jose@example.com")
    body = {"email": "josé@example.com", "password": PASSWORD}
    assert post(client, "login", **body).status_code == 401


def test_weak_hash_is_renewed_and_tokens_made_with_it_count(client):
    user = person(password=passwords.make(PASSWORD, rounds=4).replace("$2y$", "$2a$"))
    answer = tokens_of(client, user)
    user.refresh_from_db()
    assert user.password.startswith("$2y$04$")
    assert passwords.check(PASSWORD, user.password)
    assert post(client, "verify", token=answer["access_token"]).status_code == 200


def test_stronger_hash_stays(client):
    user = person(password=passwords.make(PASSWORD, rounds=5))
    before = user.password
    tokens_of(client, user)
    assert User.objects.get().password == before


# -- what is noted -------------------------------------------------------------------------------


def test_new_address_is_noted_and_told_once(client):
    NotificationTemplateFactory(
        key="new_login_detected",
        in_app_enabled="force",
        in_app_body="{{ $ip }} {{ $device }} {{ $time }}",
    )
    user = person()
    agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    chrome = Client(headers={"User-Agent": agent}, REMOTE_ADDR="192.0.2.7")
    with time_machine.travel(NOON, tick=False):
        tokens_of(chrome, user)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        tokens_of(chrome, user)
    row = UserAuthenticationLog.objects.get()
    assert (row.user_id, row.ip_address) == (user.pk, "192.0.2.7")
    assert (row.created_at, row.last_used_at) == (NOON, NOON + timedelta(hours=1))
    told = Notification.objects.get()
    assert told.body == "192.0.2.7 Linux - Firefox 2026-11-23 12:00:00"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS like Mac OS X) Safari/604", "Mac - Safari"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Safari/537", "Linux - Chrome"),
        ("MSIE 8; Windows", "Windows - IE"),
        ("curl/8", "Unknown - Unknown"),
    ],
)
def test_device_label(agent, label):
    assert device_label(agent) == label


# -- limits --------------------------------------------------------------------------------------


def test_five_attempts_a_minute_for_address_and_e_mail(client):
    user = person()
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            assert log_in(client, user, "wrong").status_code == 401
        clock.shift(18)
        refused = log_in(client, user)
        assert refused.status_code == 429
        assert refused.json() == {"message": "Too many attempts. Please try again in 42 seconds."}
        assert refused.headers["Retry-After"] == "42"
        assert log_in(client, person()).status_code == 200
        assert log_in(Client(REMOTE_ADDR="192.0.2.1"), user, "wrong").status_code == 401
        clock.shift(43)
        assert log_in(client, user).status_code == 200


def test_success_begins_the_count_anew(client):
    user = person()
    for _ in range(3):
        for _ in range(4):
            assert log_in(client, user, "wrong").status_code == 401
        assert log_in(client, user).status_code == 200


def test_many_addresses_share_the_limit_of_an_account_but_not_the_owners(client):
    user = person()
    assert log_in(client, user).status_code == 200
    with time_machine.travel(NOON, tick=False):
        for n in range(30):
            stranger = Client(REMOTE_ADDR=f"192.0.2.{n}")
            assert log_in(stranger, user, "wrong").status_code == 401
        assert log_in(Client(REMOTE_ADDR="192.0.2.99"), user).status_code == 429
        assert log_in(client, user).status_code == 200


def test_one_address_cannot_try_a_hundred_accounts(client):
    with time_machine.travel(NOON, tick=False):
        statuses = [
            post(client, "login", email=f"u{n}@example.com", password="x").status_code
            for n in range(101)
        ]
    assert statuses == [401] * 100 + [429]


# -- second factor -------------------------------------------------------------------------------


def code_at(moment):
    return pyotp.TOTP(SECRET).at(moment)


def test_code_is_asked_for_after_the_password(client):
    user = person(tfa_secret=SECRET)
    assert log_in(client, user, "wrong").json() == WRONG
    response = log_in(client, user)
    assert (response.status_code, response.json()["errors"]) == (
        422,
        {"code": ["The two-factor code is required."]},
    )
    assert not UserAuthenticationLog.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "status"), [(-60, 422), (-30, 200), (0, 200), (30, 200), (60, 422)]
)
def test_code_of_the_step_before_and_after_counts(client, seconds, status):
    user = person(tfa_secret=SECRET)
    with time_machine.travel(NOON, tick=False):
        code = code_at(NOON + timedelta(seconds=seconds))
        assert log_in(client, user, code=code).status_code == status


def test_code_works_once_for_one_person(client):
    user, other = person(tfa_secret=SECRET), person(tfa_secret=SECRET)
    with time_machine.travel(NOON, tick=False) as clock:
        code = code_at(NOON)
        assert log_in(client, user, code=f"{code[:3]} {code[3:]}").status_code == 200
        clock.shift(29)
        again = log_in(client, user, code=code)
        assert again.json()["errors"] == {
            "code": ["The two-factor code is not right or was used before."]
        }
        assert log_in(client, other, code=code).status_code == 200
        clock.shift(600)
        assert log_in(client, user, code=code_at(NOON + timedelta(seconds=629))).status_code == 200
    assert SpentToken.objects.count() == 1  # those that ran out are gone


def test_codes_are_limited_by_user(client):
    user = person(tfa_secret=SECRET)
    with time_machine.travel(NOON, tick=False) as clock:
        for n in range(5):
            address = Client(REMOTE_ADDR=f"192.0.2.{n}")
            assert log_in(address, user, code="000000").status_code == 422
        assert log_in(client, user, code=code_at(NOON)).status_code == 429
        clock.shift(61)
        moment = NOON + timedelta(seconds=61)
        assert log_in(client, user, code=code_at(moment)).status_code == 200
    assert CODE_LONG.most * 24 < 1000  # guesses a day


def test_secret_of_another_key_lets_nobody_in(client):
    user = person(tfa_secret=SECRET)
    connection.cursor().execute("UPDATE users SET tfa_secret = 'broken'")
    response = log_in(client, user, code="123456")
    assert response.json()["errors"] == {
        "code": ["The two-factor secret cannot be read. Ask support to reset it."]
    }


# -- captcha -------------------------------------------------------------------------------------


class Provider:
    """Stands where urllib asks the provider; nothing leaves the machine."""

    def __init__(self, answer=None, error=None):
        self.answer, self.error, self.asked = answer, error, []

    def __call__(self, request, timeout):
        self.asked.append((request.full_url, request.data.decode(), timeout))
        if self.error:
            raise self.error
        return BytesIO(json.dumps(self.answer).encode())


@pytest.fixture
def provider(monkeypatch):
    set_option("captcha", "turnstile")
    set_option("captcha_secret", "shh")

    def install(answer=None, error=None):
        stand_in = Provider(answer, error)
        monkeypatch.setattr(captcha, "urlopen", stand_in)
        return stand_in

    return install


def test_captcha_is_needed_where_it_is_on(client, provider):
    asked = provider({"success": True}).asked
    user = person()
    response = log_in(client, user)
    assert response.status_code == 422
    assert response.json()["errors"] == {
        "captcha": ["A captcha is switched on: send the token of its widget in the field captcha."]
    }
    assert asked == []
    assert log_in(client, user, captcha="tok").status_code == 200
    url = "https://challenges.cloudflare.com/turnstile/v0/siteverify"
    assert asked == [(url, "secret=shh&response=tok&remoteip=127.0.0.1", 5.0)]


@pytest.mark.parametrize("answer", [{"success": False}, {}, [], {"success": "true"}])
def test_captcha_that_the_provider_does_not_vouch_for_is_refused(client, provider, answer):
    provider(answer)
    response = log_in(client, person(), captcha="tok")
    assert (response.status_code, list(response.json()["errors"])) == (422, ["captcha"])


@pytest.mark.parametrize(("score", "status"), [(0.9, 200), (0.3, 422)])
def test_score_of_recaptcha_v3_counts(client, provider, score, status):
    set_option("captcha", "recaptcha-v3")
    provider({"success": True, "score": score})
    assert log_in(client, person(), captcha="tok").status_code == status


@pytest.mark.parametrize("error", [OSError("no route"), TimeoutError(), ValueError("no JSON")])
def test_provider_that_does_not_answer_is_a_503(client, provider, error):
    provider(error=error)
    response = log_in(client, person(), captcha="tok")
    assert (response.status_code, list(response.json())) == (503, ["message"])


def test_setting_that_names_no_provider_lets_nobody_in(client, provider):
    set_option("captcha", "acme")
    assert log_in(client, person(), captcha="tok").status_code == 503


# -- the page ------------------------------------------------------------------------------------


def test_page_signs_in_and_leads_on(client):
    user = person()
    page = client.get("/login?next=/oauth/authorize%3Fa%3Db")
    assert 'value="/oauth/authorize?a=b"' in page.content.decode()
    form = {"email": user.email, "password": PASSWORD, "next": "/oauth/authorize?a=b"}
    response = client.post("/login", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/oauth/authorize?a=b")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/login").headers["Location"] == "/"
    client.post("/logout")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target", ["https://evil.example.com/", "//evil.example.com", "javascript:x"]
)
def test_page_leads_nowhere_else(client, target):
    form = {"email": person().email, "password": PASSWORD, "next": target}
    assert client.post("/login", form).headers["Location"] == "/"


def test_page_asks_for_the_code_and_says_what_is_wrong(client):
    user = person(tfa_secret=SECRET)
    form = {"email": user.email, "password": PASSWORD}
    response = client.post("/login", form)
    assert response.status_code == 422
    assert "The two-factor code is required." in response.content.decode()
    assert "_auth_user_id" not in client.session
    wrong = client.post("/login", {**form, "password": "x"})
    assert (wrong.status_code, WRONG["message"] in wrong.content.decode()) == (401, True)
    code = pyotp.TOTP(SECRET).now()
    assert client.post("/login", {**form, "code": code}).status_code == 302


@pytest.mark.parametrize("name", ["recaptcha-v2", "recaptcha-v3", "turnstile", "hcaptcha"])
def test_page_brings_the_captcha(client, name, provider):
    set_option("captcha", name)
    set_option("captcha_site_key", "site-key")
    html = client.get("/login").content.decode()
    assert "site\\u002Dkey" in html or 'data-sitekey="site-key"' in html
    provider({"success": True, "score": 1})
    form = {"email": person().email, "password": PASSWORD, "h-captcha-response": "tok"}
    assert client.post("/login", form).status_code == 302
