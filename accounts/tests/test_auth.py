import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import time_machine

from accounts.actions import tokens
from accounts.models import Audit, Property, User, UserAuthenticationLog
from accounts.tests.factories import CustomPropertyFactory, RoleFactory
from accounts.tests.oauth import oauth_client, php_access_token
from accounts.tests.people import bearer, log_in, person, post, show_me, tokens_of
from accounts.tokens.models import SpentToken
from paymenter.laravel import passwords
from paymenter.tests.api import set_option

pytestmark = pytest.mark.django_db

INVALID = {"message": "The token is invalid or has expired."}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW = {
    "first_name": "Ada",
    "last_name": "Byron",
    "email": "ada@example.org",
    "password": "correct horse 1",
    "password_confirmation": "correct horse 1",
}


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def admin_users(client, token):
    return client.get("/api/v1/admin/users", headers=bearer(token))


# -- tokens --------------------------------------------------------------------------------------


def test_tokens_say_as_little_as_they_can(client, settings):
    user = person()
    with time_machine.travel(NOON, tick=False):
        answer = tokens_of(client, user)
    access, refresh = claims(answer["access_token"]), claims(answer["refresh_token"])
    assert set(access) == {"token_type", "exp", "iat", "jti", "sub", "sid", "pwd"}
    assert (access["sub"], access["token_type"]) == (str(user.pk), "access")
    assert access["exp"] - access["iat"] == 1800
    assert refresh["exp"] - refresh["iat"] == 30 * 86_400
    assert refresh["sid"] == access["sid"]
    assert refresh["jti"] != access["jti"]
    for key in (settings.SECRET_KEY, settings.APP_KEYS.text, settings.APP_KEYS.current):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(answer["access_token"], key, algorithms=["HS256"])


def test_access_token_shows_its_user_and_a_refresh_token_does_not(client):
    answer = tokens_of(client, person())
    assert show_me(client, answer["access_token"]).status_code == 200
    response = show_me(client, answer["refresh_token"])
    assert (response.status_code, response.json()) == (401, INVALID)
    assert show_me(client, "abc").json() == {"message": "Unauthenticated."}


def test_forged_tokens_are_refused(client):
    said = claims(tokens_of(client, person())["access_token"])
    for forged in (
        jwt.encode(said, "", "none"),
        jwt.encode(said, "another key of thirty-two bytes!", "HS256"),
    ):
        assert show_me(client, forged).status_code == 401
        assert post(client, "verify", token=forged).json() == INVALID


@pytest.mark.parametrize("change", ["password", "deleted", "late"])
def test_tokens_die(client, change):
    user = person()
    with time_machine.travel(NOON, tick=False) as clock:
        answer = tokens_of(client, user)
        if change == "password":  # as PHP would
            User.objects.update(password=passwords.make("other", rounds=4))
        elif change == "deleted":
            user.delete()
        else:
            clock.shift(timedelta(days=30, seconds=1))
        for token in (answer["access_token"], answer["refresh_token"]):
            assert show_me(client, token).status_code == 401
            assert post(client, "verify", token=token).json() == INVALID
        refused = post(client, "refresh", refresh_token=answer["refresh_token"])
        assert (refused.status_code, refused.json()) == (401, INVALID)


def test_refresh_gives_a_new_pair_of_the_same_login(client):
    old = tokens_of(client, person())
    response = post(client, "refresh", refresh_token=old["refresh_token"])
    assert response.status_code == 200
    new = response.json()
    assert claims(new["access_token"])["sid"] == claims(old["access_token"])["sid"]
    assert show_me(client, new["access_token"]).status_code == 200
    assert show_me(client, old["access_token"]).status_code == 200
    assert post(client, "refresh", refresh_token=new["refresh_token"]).status_code == 200
    row = SpentToken.objects.get(jti=claims(old["refresh_token"])["jti"])
    assert int(row.expires_at.timestamp()) == claims(old["refresh_token"])["exp"]


def test_stolen_refresh_token_ends_the_login(client):
    user = person()
    old, other = tokens_of(client, user), tokens_of(client, user)
    new = post(client, "refresh", refresh_token=old["refresh_token"]).json()
    again = post(client, "refresh", refresh_token=old["refresh_token"])
    assert (again.status_code, again.json()) == (401, INVALID)
    assert show_me(client, new["access_token"]).status_code == 401
    assert post(client, "refresh", refresh_token=new["refresh_token"]).status_code == 401
    assert show_me(client, other["access_token"]).status_code == 200


def test_access_token_renews_nothing(client):
    token = tokens_of(client, person())["access_token"]
    assert post(client, "refresh", refresh_token=token).status_code == 401
    missing = post(client, "refresh")
    assert missing.json()["errors"] == {"refresh_token": ["The refresh token field is required."]}


@pytest.mark.parametrize("by", ["header", "body"])
def test_logout_ends_this_login_and_no_other(client, by):
    user = person()
    mine, other = tokens_of(client, user), tokens_of(client, user)
    if by == "header":
        response = client.post("/api/v1/auth/logout", headers=bearer(mine["access_token"]))
    else:
        response = post(client, "logout", refresh_token=mine["refresh_token"])
    assert (response.status_code, response.content) == (204, b"")
    assert show_me(client, mine["access_token"]).status_code == 401
    assert post(client, "refresh", refresh_token=mine["refresh_token"]).status_code == 401
    assert show_me(client, other["access_token"]).status_code == 200
    assert post(client, "logout").status_code == 401


def test_verify_says_what_a_token_is(client):
    with time_machine.travel(NOON, tick=False) as clock:
        answer = tokens_of(client, person())
        clock.shift(100)
        access = post(client, "verify", token=answer["access_token"])
        assert access.json() == {"valid": True, "token_type": "access", "expires_in": 1700}
        refresh = post(client, "verify", token=answer["refresh_token"]).json()
        assert (refresh["token_type"], refresh["expires_in"]) == ("refresh", 30 * 86_400 - 100)
        post(client, "refresh", refresh_token=answer["refresh_token"])
        assert post(client, "verify", token=answer["refresh_token"]).status_code == 401


def test_person_is_read_with_one_query(client, django_assert_num_queries):
    token = tokens_of(client, person(staff=True))["access_token"]
    with django_assert_num_queries(1):
        tokens.holders_of(token)


@pytest.mark.parametrize("name", ["login", "register", "refresh", "logout", "verify"])
def test_only_post_is_answered(client, name):
    response = client.get(f"/api/v1/auth/{name}")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


# -- staff ---------------------------------------------------------------------------------------


def staff_token(client, *permissions):
    role = RoleFactory(permissions=list(permissions))
    return tokens_of(client, person(role=role))["access_token"]


@pytest.mark.parametrize(
    ("permission", "verb", "path", "status"),
    [
        ("*", "get", "users", 200),
        ("admin.users.viewAny", "get", "users", 200),
        ("admin.users.view", "get", "users", 200),
        ("admin.users.update", "get", "users", 403),
        ("admin.users.viewAny", "delete", "users/0", 403),
        ("admin.users.delete", "delete", "users/0", 404),
        ("admin.invoices.viewAny", "get", "invoice-items", 200),
        ("admin.invoices.viewAny", "delete", "invoice-items/0", 403),
        ("admin.invoices.update", "delete", "invoice-items/0", 404),
        ("admin.tickets.viewAny", "get", "ticket-messages", 200),
        ("admin.tickets.update", "delete", "ticket-messages/0", 403),
        ("admin.ticket_messages.delete", "delete", "ticket-messages/0", 404),
        ("admin.users.viewAny", "get", "credits", 403),
        ("*", "get", "credits", 200),
    ],
)
def test_role_opens_what_it_names(client, permission, verb, path, status):
    token = staff_token(client, permission)
    response = getattr(client, verb)(f"/api/v1/admin/{path}", headers=bearer(token))
    assert response.status_code == status


def test_client_and_role_that_is_gone_open_nothing(client):
    user = person(staff=True)
    token = tokens_of(client, user)["access_token"]
    user.role.delete()
    for each in (token, tokens_of(client, person())["access_token"]):
        for path in ("users", "products", "tickets", "invoices/1"):
            response = client.get(f"/api/v1/admin/{path}", headers=bearer(each))
            assert (response.status_code, response.json()) == (
                403,
                {"message": "This action is unauthorized."},
            )


def test_revoked_token_opens_nothing(client):
    token = staff_token(client, "*")
    client.post("/api/v1/auth/logout", headers=bearer(token))
    response = admin_users(client, token)
    assert (response.status_code, response.json()) == (401, INVALID)


def test_audits_name_the_staff_member(client):
    token = staff_token(client, "*")
    body = {"email": "new@example.org", "password": "correct horse"}
    response = client.post(
        "/api/v1/admin/users", json.dumps(body), "application/json", headers=bearer(token)
    )
    assert response.status_code == 201
    audit = Audit.objects.get(event="created")
    assert (audit.user_type, str(audit.user_id)) == ("App\\Models\\User", claims(token)["sub"])


@pytest.mark.usefixtures("passport_keys")
def test_tokens_of_passport_and_unknown_ones_are_unknown_keys(client):
    token = php_access_token(oauth_client(), person(admin=True))
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode()
    for each in (token, f"{unsigned}.e30.", "a.b.c", ".."):
        response = admin_users(client, each)
        assert response.status_code == 401
        assert response.json() == {
            "message": "The provided API key is invalid or has been disabled."
        }


# -- registration --------------------------------------------------------------------------------


def test_new_person_is_a_client_and_signed_in(client):
    response = post(client, "register", **NEW, role_id=RoleFactory(permissions=["*"]).pk, id=77)
    assert response.status_code == 201
    answer = response.json()
    user = User.objects.get()
    assert (user.email, user.role_id, user.email_verified_at) == ("ada@example.org", None, None)
    assert passwords.check("correct horse 1", user.password)
    assert answer["user"]["id"] == user.pk
    assert answer["user"]["permissions"] == []
    assert show_me(client, answer["access_token"]).status_code == 200
    assert UserAuthenticationLog.objects.get().user_id == user.pk
    audit = Audit.objects.get()
    assert (audit.event, audit.user_id) == ("created", None)
    assert dict(audit.new_values or {})["password"] == "[hidden]"


def test_switched_off_registration_is_not_there(client):
    set_option("registration_disabled", "1", "boolean")
    response = post(client, "register", **NEW)
    assert response.status_code == 404
    assert response.json() == {"message": "The route api/v1/auth/register could not be found."}
    assert not User.objects.exists()


def test_everything_missing_is_told_at_once(client):
    CustomPropertyFactory(key="zip_code", required=True)
    set_option("tos", "https://example.com/terms")
    response = post(client, "register")
    assert response.status_code == 422
    assert response.json()["errors"] == {
        "first_name": ["The first name field is required."],
        "last_name": ["The last name field is required."],
        "email": ["The email field is required."],
        "password": ["The password field is required."],
        "tos": ["The tos field must be accepted."],
        "properties.zip_code": ["The zip code field is required."],
    }


@pytest.mark.parametrize(
    ("password", "texts"),
    [
        ("short1", ["The password field must be at least 8 characters."]),
        ("12345678", ["The password field must contain at least one letter."]),
        ("abcdefgh", ["The password field must contain at least one number."]),
        ("абвгдежз٣", []),
        (
            "!!",
            [
                "The password field must be at least 8 characters.",
                "The password field must contain at least one letter.",
                "The password field must contain at least one number.",
            ],
        ),
    ],
)
def test_password_rules(client, password, texts):
    body = {**NEW, "password": password, "password_confirmation": password}
    response = post(client, "register", **body)
    assert response.json().get("errors", {}).get("password", []) == texts


def test_password_must_be_repeated(client):
    response = post(client, "register", **{**NEW, "password_confirmation": "other"})
    assert response.json()["errors"] == {
        "password": ["The password field confirmation does not match."]
    }


def test_taken_address_is_refused_whatever_its_case(client):
    person(email="ADA@example.org")
    response = post(client, "register", **NEW)
    assert response.json()["errors"] == {"email": ["The email has already been taken."]}
    assert User.objects.count() == 1


def test_accepted_terms_pass(client):
    set_option("tos", "https://example.com/terms")
    assert post(client, "register", **NEW, tos=True).status_code == 201


def test_properties_are_checked_and_stored(client):
    CustomPropertyFactory(key="phone", required=True, validation="string|max:5")
    CustomPropertyFactory(key="country", type="select", allowed_values=["Chile", "Peru"])
    CustomPropertyFactory(key="of_orders", model="App\\Models\\Order", required=True)
    given = {"phone": "123456", "country": "Narnia", "admin": "1"}
    refused = post(client, "register", **NEW, properties=given)
    assert refused.json()["errors"] == {
        "properties.phone": ["The phone field must not be greater than 5 characters."],
        "properties.country": ["The selected country is invalid."],
    }
    assert not User.objects.exists()
    given = {"phone": "12345", "country": "Peru", "admin": "1"}
    answer = post(client, "register", **NEW, properties=given)
    assert answer.json()["user"]["properties"] == {"phone": "12345", "country": "Peru"}
    row = Property.objects.get(key="phone")
    assert (row.model_type, row.model_id, row.name, row.value) == (
        "App\\Models\\User",
        User.objects.get().pk,
        "Phone",
        "12345",
    )


def test_rule_that_nobody_knows_lets_nothing_pass(client):
    CustomPropertyFactory(key="vat", validation="string|vat_number")
    response = post(client, "register", **NEW, properties={"vat": "x"})
    assert response.json()["errors"] == {
        "properties.vat": ["The vat field cannot be checked: its rule vat_number is not known."]
    }


def test_ten_registrations_an_hour_from_one_address(client):
    with time_machine.travel(NOON, tick=False):
        for _ in range(10):
            assert post(client, "register").status_code == 422
        refused = post(client, "register", **NEW)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")


def test_captcha_is_needed_for_registration_too(client):
    set_option("captcha", "hcaptcha")
    assert list(post(client, "register", **NEW).json()["errors"]) == ["captcha"]


def test_login_after_registration(client):
    post(client, "register", **NEW)
    assert log_in(client, User.objects.get(), "correct horse 1").status_code == 200
