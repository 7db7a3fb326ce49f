import pytest

from accounts.models import Audit, Property, User, UserSession
from accounts.tests.factories import (
    PASSWORD,
    CustomPropertyFactory,
    PropertyFactory,
    RoleFactory,
)
from accounts.tests.people import bearer, change_me, log_in, person, show_me, tokens_of
from paymenter.db.fields import now

pytestmark = pytest.mark.django_db

NEEDED = {"current_password": ["The password is incorrect."]}


@pytest.fixture
def user():
    return person(first_name="Ada", last_name="Byron", email="ada@example.org")


@pytest.fixture
def token(client, user):
    return tokens_of(client, user)["access_token"]


def test_profile_shows_what_a_person_may_know(client, user, token):
    PropertyFactory(model=user, key="phone", value="1")
    stamp = user.created_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert show_me(client, token).json() == {
        "id": user.pk,
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.org",
        "email_verified_at": user.email_verified_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "two_factor": False,
        "role": None,
        "permissions": [],
        "properties": {"phone": "1"},
        "impersonated_by": None,
        "created_at": stamp,
        "updated_at": stamp,
    }


def test_profile_of_staff_names_role_and_permissions(client):
    role = RoleFactory(name="support", permissions=["admin.users.view", "admin.tickets.viewAny"])
    answer = show_me(client, tokens_of(client, person(role=role))["access_token"]).json()
    assert answer["role"] == "support"
    assert answer["permissions"] == ["admin.tickets.viewAny", "admin.users.view"]


def test_strangers_see_nothing(client):
    for response in (client.get("/api/v1/profile/me"), client.patch("/api/v1/profile/me")):
        assert (response.status_code, response.json()) == (401, {"message": "Unauthenticated."})


def test_nobody_deletes_himself(client, token):
    response = client.delete("/api/v1/profile/me", headers=bearer(token))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, PATCH")


def test_name_is_changed_and_audited(client, user, token):
    response = change_me(client, token, first_name="Augusta", role_id=1, id=5, tfa_secret="x")
    assert (response.status_code, response.json()["first_name"]) == (200, "Augusta")
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.role_id) == ("Augusta", "Byron", None)
    audit = Audit.objects.get()
    assert (audit.user_id, audit.old_values, audit.new_values) == (
        user.pk,
        {"first_name": "Ada"},
        {"first_name": "Augusta"},
    )


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"first_name": ""}, {"first_name": ["The first name field is required."]}),
        ({"last_name": 5}, {"last_name": ["The last name field must be a string."]}),
        ({"email": "x"}, {"email": ["The email field must be a valid email address."]}),
        ({"email": "bob@example.org"}, {"email": ["The email has already been taken."]}),
        ({"email": "new@example.org"}, NEEDED),
        ({"email": "new@example.org", "current_password": "wrong"}, NEEDED),
        ({"email": "new@example.org", "current_password": [PASSWORD]}, NEEDED),
        (
            {"password": "another horse 2", "password_confirmation": "another horse 2"},
            NEEDED,
        ),
        (
            {"password": "weak", "current_password": PASSWORD},
            {
                "password": [
                    "The password field must be at least 8 characters.",
                    "The password field must contain at least one number.",
                    "The password field confirmation does not match.",
                ]
            },
        ),
    ],
)
def test_refused_changes_change_nothing(client, user, token, body, errors):
    person(email="bob@example.org")
    before = User.objects.filter(pk=user.pk).values().get()
    response = change_me(client, token, **body)
    assert (response.status_code, response.json()["errors"]) == (422, errors)
    assert User.objects.filter(pk=user.pk).values().get() == before
    assert not Audit.objects.exists()


def test_new_address_has_to_be_verified_again(client, user, token):
    body = {"email": "new@example.org", "current_password": PASSWORD}
    answer = change_me(client, token, **body).json()
    assert (answer["email"], answer["email_verified_at"]) == ("new@example.org", None)


def test_own_address_again_needs_no_password(client, user, token):
    answer = change_me(client, token, email="ada@example.org", last_name="King")
    assert answer.status_code == 200
    assert answer.json()["email_verified_at"] is not None


def test_new_password_signs_out_everywhere(client, user, token):
    stays = {"last_activity": now(), "ip_address": "192.0.2.1"}
    UserSession.objects.create(user=user, ulid="1" * 26, **stays)
    UserSession.objects.create(user=person(), ulid="2" * 26, **stays)
    new = "another horse 2"
    body = {"password": new, "password_confirmation": new, "current_password": PASSWORD}
    assert change_me(client, token, **body).status_code == 200
    assert show_me(client, token).status_code == 401
    assert [row.ulid for row in UserSession.objects.all()] == ["2" * 26]
    assert log_in(client, user).status_code == 401
    assert log_in(client, user, new).status_code == 200
    assert Audit.objects.get().new_values == {"password": "[hidden]"}


def test_current_password_cannot_be_guessed_at_length(client, user, token):
    body = {"email": "new@example.org"}
    for _ in range(5):
        assert change_me(client, token, **body, current_password="x").status_code == 422
    refused = change_me(client, token, **body, current_password=PASSWORD)
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers


def test_properties_are_changed_but_for_those_that_stay(client, user, token):
    CustomPropertyFactory(key="phone", required=True, validation="digits:3")
    fixed = CustomPropertyFactory(key="vat", non_editable=True)
    CustomPropertyFactory(key="city", required=True)
    PropertyFactory(model=user, key="vat", value="old", custom_property=fixed)
    assert change_me(client, token, properties={"phone": "12"}).json()["errors"] == {
        "properties.phone": ["The phone field must be 3 digits."]
    }
    given = {"phone": "123", "vat": "new", "unknown": "x"}
    answer = change_me(client, token, properties=given).json()
    assert answer["properties"] == {"vat": "old", "phone": "123"}
    change_me(client, token, properties={"phone": "321"})
    assert Property.objects.get(key="phone").value == "321"
