import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import OauthAccessToken, OauthAuthCode, OauthClient, OauthRefreshToken
from accounts.oauth import keys
from accounts.oauth.tokens import in_a_year
from accounts.tests.oauth import (
    CALLBACK,
    SECRET,
    VERIFIER,
    agree,
    ask,
    code_for,
    exchange,
    me,
    oauth_client,
    pair_for,
    person,
    php_access_token,
    sent_back,
    signed_in,
    stored_token,
    token,
)
from paymenter.db.fields import now
from paymenter.laravel import defuse, passwords
from paymenter.tests.recordings import cases, differences, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("passport_keys")]

S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
CODE, REFRESH = "authorization_code", "refresh_token"


def hint(response):
    assert response.status_code == 400, response.content
    return response.json()["error"], response.json().get("hint")


def seconds(instant):
    return int(instant.timestamp())


def opened(sealed):
    return json.loads(defuse.decrypt(sealed, settings.APP_KEYS.current))


def sealed(**claims):
    return defuse.encrypt(json.dumps(claims), settings.APP_KEYS.current)


@pytest.mark.parametrize("case", [*cases("read-oauth"), *cases("write-oauth")], ids=str)
def test_recorded_request_gets_the_recorded_answer(case, client):
    response = send(client, case.request)
    assert differences(case, response) == []
    limit = case.response["headers"].get("x-ratelimit-limit")
    assert response.headers.get("X-RateLimit-Limit") == limit


# -- client credentials ------------------------------------------------------------------------


def test_client_credentials_give_a_token_without_user(client):
    app = oauth_client()
    response = exchange(client, app, grant_type="client_credentials", scope="profile *")
    answer = response.json()
    assert response.status_code == 200
    assert list(answer) == ["token_type", "expires_in", "access_token"]
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] in (31_536_000, 31_622_400)
    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["Pragma"] == "no-cache"
    row = OauthAccessToken.objects.get()
    assert len(row.id) == 80
    assert (row.user_id, row.client_id, row.scopes, row.revoked, row.name) == (
        None,
        app.pk,
        ["profile", "*"],
        False,
        None,
    )
    assert jwt.get_unverified_header(answer["access_token"]) == {"typ": "JWT", "alg": "RS256"}
    claims = jwt.decode(
        answer["access_token"], keys.public_key(), algorithms=["RS256"], audience=str(app.pk)
    )
    assert claims == {
        "aud": str(app.pk),
        "jti": row.id,
        "iat": claims["iat"],
        "nbf": claims["iat"],
        "exp": seconds(row.expires_at),
        "sub": str(app.pk),
        "scopes": ["profile", "*"],
    }
    assert me(client, answer["access_token"]).status_code == 401


def test_basic_authentication_and_forms_work_and_the_body_wins(client):
    app = oauth_client()
    basic = base64.b64encode(f"{app.pk}:{SECRET}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    headers = {"Authorization": f"Basic {basic}"}
    assert client.post("/api/oauth/token", form, headers=headers).status_code == 200
    assert client.post("/oauth/token", form, headers=headers).status_code == 200
    wrong = client.post("/api/oauth/token", {**form, "client_secret": "x"}, headers=headers)
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"]) == (401, 'Basic realm="OAuth"')


@pytest.mark.parametrize("columns", [{"public": True}, {"user_id": 1}])
def test_other_clients_have_no_client_credentials(client, columns):
    response = exchange(client, oauth_client(**columns), grant_type="client_credentials")
    assert hint(response) == ("unauthorized_client", None)


@pytest.mark.parametrize(
    ("columns", "body"),
    [
        ({"revoked": True}, {}),
        ({}, {"client_secret": "wrong"}),
        ({"secret": SECRET}, {}),  # plain text, as Passport 12 could store it
    ],
)
def test_clients_that_cannot_prove_themselves_are_refused(client, columns, body):
    response = exchange(client, oauth_client(**columns), grant_type="client_credentials", **body)
    assert response.status_code == 401
    assert response.json() == {
        "error": "invalid_client",
        "error_description": "Client authentication failed",
    }
    assert "WWW-Authenticate" not in response.headers
    assert OauthAccessToken.objects.count() == 0


def test_a_missing_secret_is_named(client):
    response = exchange(client, oauth_client(), grant_type="client_credentials", client_secret=None)
    assert hint(response) == ("invalid_request", "Check the `client_secret` parameter")


def test_unknown_scope_is_refused(client):
    response = exchange(client, oauth_client(), grant_type="client_credentials", scope="a b")
    assert hint(response) == ("invalid_scope", "Check the `a` scope")


def test_without_keys_the_server_says_so(client, settings, tmp_path):
    settings.PASSPORT_KEYS_DIR = tmp_path
    response = exchange(client, oauth_client(), grant_type="client_credentials")
    assert response.status_code == 500
    assert response.json()["error"] == "server_error"
    assert OauthAccessToken.objects.count() == 0
    assert me(client, "a.b.c").status_code == 401


def test_keys_may_come_from_the_environment(client, settings, passport_keys, tmp_path):
    app, user = oauth_client(), person()
    issued = pair_for(client, user, app)
    settings.PASSPORT_PUBLIC_KEY = (passport_keys / keys.PUBLIC).read_text().replace("\n", "\\n")
    settings.PASSPORT_PRIVATE_KEY = (passport_keys / keys.PRIVATE).read_text()
    settings.PASSPORT_KEYS_DIR = tmp_path
    assert me(client, issued["access_token"]).status_code == 200
    assert exchange(client, app, grant_type="client_credentials").status_code == 200


def test_keys_are_made_once_and_not_for_others_to_read(settings, tmp_path):
    settings.PASSPORT_KEYS_DIR = tmp_path / "storage"
    assert keys.make_keys(bits=2048)
    assert not keys.make_keys(bits=2048)
    assert (tmp_path / "storage" / keys.PRIVATE).stat().st_mode & 0o077 == 0


# -- authorization code --------------------------------------------------------------------------


def test_code_buys_a_pair_of_tokens_once(client):
    app, user = oauth_client(), person()
    code = code_for(user, app)
    row = OauthAuthCode.objects.get()
    assert opened(code) == {
        "client_id": str(app.pk),
        "redirect_uri": None,
        "auth_code_id": row.id,
        "scopes": ["profile"],
        "user_id": str(user.pk),
        "expire_time": seconds(row.expires_at),
        "code_challenge": None,
        "code_challenge_method": None,
    }
    assert (row.user_id, row.client_id, row.scopes, row.revoked) == (
        user.pk,
        app.pk,
        ["profile"],
        False,
    )
    response = exchange(client, app, grant_type=CODE, code=code)
    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["token_type", "expires_in", "access_token", "refresh_token"]
    access, refresh = OauthAccessToken.objects.get(), OauthRefreshToken.objects.get()
    assert (access.user_id, refresh.access_token_id, refresh.revoked) == (
        user.pk,
        access.id,
        False,
    )
    assert opened(answer["refresh_token"]) == {
        "client_id": str(app.pk),
        "refresh_token_id": refresh.id,
        "access_token_id": access.id,
        "scopes": ["profile"],
        "user_id": str(user.pk),
        "expire_time": seconds(refresh.expires_at),
    }
    again = exchange(client, app, grant_type=CODE, code=code)
    assert hint(again) == ("invalid_grant", "Authorization code has been revoked")
    assert OauthAccessToken.objects.count() == 1


@pytest.mark.parametrize(("method", "challenge"), [("S256", S256), ("plain", VERIFIER)])
def test_public_client_proves_itself_by_pkce(client, method, challenge):
    app, user = oauth_client(public=True), person()
    code = code_for(user, app, code_challenge=challenge, code_challenge_method=method)
    body = {"grant_type": CODE, "code": code, "client_secret": None}
    cases_ = {
        None: ("invalid_request", "Check the `code_verifier` parameter"),
        "short": (
            "invalid_request",
            "Code Verifier must follow the specifications of RFC-7636.",
        ),
        "w" * 43: ("invalid_grant", "Failed to verify `code_verifier`."),
    }
    for verifier, wanted in cases_.items():
        assert hint(exchange(client, app, code_verifier=verifier, **body)) == wanted
    assert exchange(client, app, code_verifier=VERIFIER, **body).status_code == 200


def test_verifier_without_challenge_is_a_downgrade(client):
    app = oauth_client()
    code = code_for(person(), app)
    response = exchange(client, app, grant_type=CODE, code=code, code_verifier=VERIFIER)
    assert hint(response) == (
        "invalid_request",
        "code_verifier received when no code_challenge is present",
    )


def test_redirect_uri_must_be_the_same_at_both_ends(client):
    app = oauth_client()
    body = {"grant_type": CODE, "code": code_for(person(), app, redirect_uri=CALLBACK)}
    refused = ("invalid_request", "Check the `redirect_uri` parameter")
    assert hint(exchange(client, app, **body)) == refused
    other = exchange(client, app, redirect_uri=CALLBACK + "/x", **body)
    assert hint(other) == ("invalid_request", "Invalid redirect URI")
    assert exchange(client, app, redirect_uri=CALLBACK, **body).status_code == 200


def test_codes_of_others_old_ones_and_no_codes_are_refused(client):
    app, user = oauth_client(), person()
    code = code_for(user, app)
    body = {"grant_type": CODE, "code": code}
    stranger = exchange(client, oauth_client(), **body)
    assert hint(stranger) == (
        "invalid_request",
        "Authorization code was not issued to this client",
    )
    missing = exchange(client, app, grant_type=CODE)
    assert hint(missing) == ("invalid_request", "Check the `code` parameter")
    for garbage in ("abc", code[:-2], "def50200"):
        response = exchange(client, app, grant_type=CODE, code=garbage)
        assert hint(response) == (
            "invalid_grant",
            "Cannot validate the provided authorization code",
        )
    refresh = sealed(refresh_token_id="r", client_id=str(app.pk))
    assert hint(exchange(client, app, grant_type=CODE, code=refresh)) == (
        "invalid_request",
        "Authorization code malformed",
    )
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        late = exchange(client, app, **body)
    assert hint(late) == ("invalid_grant", "Authorization code has expired")
    assert OauthAccessToken.objects.count() == 0


def test_code_of_a_deleted_user_buys_nothing(client):
    app, user = oauth_client(), person()
    code = code_for(user, app)
    user.delete()
    response = exchange(client, app, grant_type=CODE, code=code)
    assert hint(response) == ("invalid_grant", "The user does not exist any more")
    assert OauthAccessToken.objects.count() == 0
    assert not OauthAuthCode.objects.get().revoked


# -- refresh -------------------------------------------------------------------------------------


def test_refresh_token_is_rotated(client):
    app, user = oauth_client(), person()
    old = pair_for(client, user, app)
    body = {"grant_type": REFRESH, "refresh_token": old["refresh_token"]}
    response = exchange(client, app, **body)
    assert response.status_code == 200
    new = response.json()
    assert me(client, old["access_token"]).status_code == 401
    assert me(client, new["access_token"]).status_code == 200
    assert list(
        OauthRefreshToken.objects.values_list("revoked", flat=True).order_by("revoked")
    ) == [
        False,
        True,
    ]
    again = exchange(client, app, **body)
    assert again.json() == {
        "error": "invalid_grant",
        "error_description": "The refresh token is invalid.",
        "hint": "Token has been revoked",
    }
    assert me(client, new["access_token"]).status_code == 200


def test_refresh_may_narrow_scopes_and_never_widen_them(client):
    app, user = oauth_client(), person()
    old = pair_for(client, user, app)["refresh_token"]
    narrow = sealed(**{**opened(old), "scopes": []})
    body = {"grant_type": REFRESH, "refresh_token": narrow}
    wide = exchange(client, app, scope="profile", **body)
    assert hint(wide) == ("invalid_scope", "Check the `profile` scope")
    issued = exchange(client, app, **body).json()["access_token"]
    response = me(client, issued)
    assert (response.status_code, response.json()) == (
        403,
        {"message": "Invalid scope(s) provided."},
    )


def test_refresh_tokens_of_others_old_ones_and_garbage_are_refused(client):
    app, user = oauth_client(), person()
    body = {"grant_type": REFRESH, "refresh_token": pair_for(client, user, app)["refresh_token"]}
    stranger = exchange(client, oauth_client(), **body)
    assert hint(stranger) == ("invalid_grant", "Token is not linked to client")
    garbage = exchange(client, app, grant_type=REFRESH, refresh_token="abc")
    assert hint(garbage) == ("invalid_grant", "Cannot decrypt the refresh token")
    missing = exchange(client, app, grant_type=REFRESH)
    assert hint(missing) == ("invalid_request", "Check the `refresh_token` parameter")
    with time_machine.travel(now() + timedelta(days=367), tick=False):
        assert hint(exchange(client, app, **body)) == ("invalid_grant", "Token has expired")
    assert OauthAccessToken.objects.filter(revoked=False).count() == 1


# -- tokens made by PHP --------------------------------------------------------------------------


def test_token_of_php_is_honoured(client):
    app, user = oauth_client(), person(first_name="Bob", last_name="Client", email="b@example.org")
    stored_token(app, user)
    response = me(client, php_access_token(app, user))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert list(body) == [
        "id",
        "first_name",
        "last_name",
        "email",
        "role_id",
        "email_verified_at",
        "created_at",
        "updated_at",
    ]
    assert body == {
        "id": user.pk,
        "first_name": "Bob",
        "last_name": "Client",
        "email": "b@example.org",
        "role_id": None,
        "email_verified_at": user.email_verified_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "created_at": user.created_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "updated_at": user.updated_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
    }


@pytest.mark.parametrize(
    ("columns", "claims"),
    [
        ({"revoked": True}, {}),
        ({"id": "cd" * 40}, {}),
        ({"user": None}, {}),
        ({}, {"exp": 1}),
        ({}, {"nbf": 4_000_000_000}),
        ({}, {"jti": 5}),
    ],
)
def test_token_that_does_not_count_is_refused(client, columns, claims):
    app, user = oauth_client(), person()
    stored_token(app, **{"user": user, **columns})
    assert me(client, php_access_token(app, user, **claims)).status_code == 401


def test_token_dies_with_its_client_and_its_user(client):
    app, user = oauth_client(), person()
    stored_token(app, user)
    issued = php_access_token(app, user)
    OauthClient.objects.update(revoked=True)
    assert me(client, issued).status_code == 401
    OauthClient.objects.update(revoked=False)
    assert me(client, issued).status_code == 200
    user.delete()
    assert me(client, issued).json() == {"message": "Unauthenticated."}


def test_refresh_token_and_code_of_php_are_honoured(client):
    app, user = oauth_client(secret=passwords.make(SECRET, rounds=4)), person()
    soon = int(datetime.now(UTC).timestamp()) + 60
    stored_token(app, user)
    OauthRefreshToken.objects.create(id="r1", access_token_id="ab" * 40, revoked=False)
    common = {"client_id": str(app.pk), "scopes": ["profile"], "user_id": str(user.pk)}
    old = sealed(**common, refresh_token_id="r1", access_token_id="ab" * 40, expire_time=soon)
    assert exchange(client, app, grant_type=REFRESH, refresh_token=old).status_code == 200
    assert OauthAccessToken.objects.get(pk="ab" * 40).revoked
    OauthAuthCode.objects.create(id="c1", user=user, client=app, revoked=False)
    code = sealed(**common, auth_code_id="c1", redirect_uri=CALLBACK, expire_time=soon)
    body = {"grant_type": CODE, "code": code, "redirect_uri": CALLBACK}
    assert exchange(client, app, **body).status_code == 200


def test_a_year_is_one_of_the_calendar():
    day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert in_a_year(day) == datetime(2029, 3, 1, 12, tzinfo=UTC)
    assert in_a_year(day - timedelta(days=1)) - (day - timedelta(days=1)) == timedelta(days=366)


# -- the limit -----------------------------------------------------------------------------------


def test_sixty_requests_a_minute_and_address(client):
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False) as clock:
        first = token(client)
        assert first.headers["X-RateLimit-Limit"] == "60"
        assert first.headers["X-RateLimit-Remaining"] == "59"
        for _ in range(59):
            token(client)
        clock.shift(20)
        refused = token(client)
        assert refused.status_code == 429
        assert refused.json() == {"message": "Too Many Attempts."}
        headers = ("Retry-After", "X-RateLimit-Reset", "X-RateLimit-Limit", "X-RateLimit-Remaining")
        reset = str(int(datetime(2026, 11, 23, 12, 1, tzinfo=UTC).timestamp()))
        assert [refused.headers[name] for name in headers] == ["40", reset, "60", "0"]
        assert token(client, REMOTE_ADDR="x").status_code == 429
        assert client.post("/oauth/token", REMOTE_ADDR="192.0.2.9").status_code == 400
        clock.shift(41)
        assert token(client).status_code == 400


# -- the page ------------------------------------------------------------------------------------


def test_guests_sign_in_first():
    app = oauth_client()
    response = ask(Client(), app, state="a b")
    assert response.status_code == 302
    assert response.headers["Location"] == (
        "/login?next=%2Foauth%2Fauthorize%3Fresponse_type%3Dcode%26client_id%3D"
        f"{app.pk}%26scope%3Dprofile%26state%3Da%2Bb"
    )


def test_page_shows_who_asks_for_what():
    app, user = oauth_client(name="<b>Forum"), person(email="bob@example.org")
    response = ask(signed_in(user), app)
    html = response.content.decode()
    assert "&lt;b&gt;Forum asks for access to your account" in html
    assert "bob@example.org" in html
    assert "<li>View your profile</li>" in html
    assert response.headers["X-Frame-Options"] == "DENY"


def test_agreeing_and_declining_lead_back():
    app, browser = oauth_client(), signed_in(person())
    ask(browser, app, state="xyz")
    answer = sent_back(agree(browser))
    assert answer["state"] == "xyz"
    assert answer["code"].startswith("def50200")
    ask(browser, app, state="xyz", prompt="consent")
    declined = agree(browser, _method="DELETE")
    assert declined.headers["Location"] == (
        f"{CALLBACK}?state=xyz&error=access_denied&error_description=The+resource+owner+or+"
        "authorization+server+denied+the+request.&hint=The+user+denied+the+request"
    )
    ask(browser, app, prompt="consent")
    body = f"auth_token={browser.session['authToken']}"
    assert sent_back(browser.delete("/oauth/authorize", body))["error"] == "access_denied"
    assert OauthAuthCode.objects.count() == 1


def test_page_can_be_answered_once_and_only_with_its_own_token():
    app, browser = oauth_client(), signed_in(person())
    ask(browser, app)
    right = browser.session["authToken"]
    assert agree(browser, auth_token="wrong").status_code == 403
    assert browser.post("/oauth/authorize", {"auth_token": right}).status_code == 403
    assert signed_in(person()).post("/oauth/authorize", {"auth_token": ""}).status_code == 403
    assert OauthAuthCode.objects.count() == 0


def test_forms_of_other_sites_are_refused():
    browser = signed_in(person(), enforce_csrf_checks=True)
    ask(browser, oauth_client())
    assert agree(browser).status_code == 403
    assert OauthAuthCode.objects.count() == 0


def test_consent_once_given_is_not_asked_for_again():
    app, user = oauth_client(), person()
    row = stored_token(app, user)
    browser = signed_in(user)
    assert "code" in sent_back(ask(browser, app))
    assert ask(browser, app, prompt="consent").status_code == 200
    ways: list[dict[str, Any]] = [
        {"revoked": True},
        {"scopes": []},
        {"expires_at": now()},
        {"user": person()},
    ]
    for changes in ways:
        OauthAccessToken.objects.filter(pk=row.pk).update(**changes)
        assert ask(browser, app).status_code == 200
        OauthAccessToken.objects.all().delete()
        row = stored_token(app, user)


def test_prompts():
    app, user = oauth_client(), person()
    assert sent_back(ask(Client(), app, prompt="none", state="s")) == {
        "state": "s",
        "error": "login_required",
        "error_description": "The authorization server requires end-user authentication.",
    }
    browser = signed_in(user)
    assert sent_back(ask(browser, app, prompt="none"))["error"] == "consent_required"
    assert ask(browser, app, prompt="login").headers["Location"].startswith("/login?next=")
    assert ask(browser, app).headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"response_type": ""}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "7"}, 401, "invalid_client"),
        ({"redirect_uri": "https://evil.example.com/"}, 401, "invalid_client"),
        ({"redirect_uri": CALLBACK + "/x"}, 401, "invalid_client"),
        ({"code_challenge": "short"}, 400, "invalid_request"),
        ({"code_challenge": S256, "code_challenge_method": "md5"}, 400, "invalid_request"),
    ],
)
def test_wrong_requests_lead_nowhere(query, status, error):
    response = ask(signed_in(person()), oauth_client(), **query)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert "Location" not in response.headers


def test_unknown_scope_is_told_to_the_application():
    response = ask(signed_in(person()), oauth_client(), scope="admin", state="s")
    assert sent_back(response) == {
        "state": "s",
        "error": "invalid_scope",
        "error_description": "The requested scope is invalid, unknown, or malformed",
        "hint": "Check the `admin` scope",
    }


def test_public_clients_need_a_challenge():
    response = ask(signed_in(person()), oauth_client(public=True))
    assert response.json()["hint"] == "Code challenge must be provided for public clients"


def test_one_of_several_addresses_must_be_named():
    app = oauth_client(redirect=f"{CALLBACK},myapp://cb,http://127.0.0.1/cb")
    browser = signed_in(person())
    assert ask(browser, app).status_code == 401
    ask(browser, app, redirect_uri="myapp://cb")
    assert agree(browser).headers["Location"].startswith("myapp://cb?code=def50200")
    assert ask(browser, app, redirect_uri="http://127.0.0.1:4711/cb").status_code == 200
    assert ask(browser, app, redirect_uri="http://127.0.0.1:4711/other").status_code == 401
