import pytest

from accounts.models import OauthAccessToken, OauthAuthCode, OauthClient, OauthRefreshToken
from accounts.tests.factories import UserFactory
from paymenter.laravel import passwords
from paymenter.tests.api import get, store_key
from paymenter.tests.calls import attributes, call, refused

pytestmark = pytest.mark.django_db

BODY = {"name": "Wiki", "redirect": ["https://wiki.example.com/back", "myapp://back"]}


@pytest.fixture(autouse=True)
def api_key():
    store_key(*(f"admin.oauth_clients.{verb}" for verb in ("view", "create", "update", "delete")))


@pytest.fixture
def signed_in():
    """A client with a token, its refresh token and a code."""
    flags = {"personal_access_client": False, "password_client": False, "revoked": False}
    app = OauthClient.objects.create(name="Wiki", secret="x", redirect="https://a.example", **flags)
    user = UserFactory()
    token = OauthAccessToken.objects.create(id="a" * 80, client=app, user=user, revoked=False)
    OauthRefreshToken.objects.create(id="b" * 80, access_token=token, revoked=False)
    OauthAuthCode.objects.create(id="c" * 80, client=app, user=user, revoked=False)
    return app


def revoked():
    models = (OauthAccessToken, OauthRefreshToken, OauthAuthCode)
    return [model.objects.get().revoked for model in models]


def test_secret_is_shown_once(client):
    answer = call(client, "POST", "oauth-clients", BODY)
    made = attributes(answer, 201)
    secret = answer.json()["data"]["meta"]["secret"]
    row = OauthClient.objects.get()
    assert made == {
        "id": str(row.pk),
        "name": "Wiki",
        "user_id": None,
        "redirect": BODY["redirect"],
        "revoked": 0,
        "updated_at": made["updated_at"],
        "created_at": made["created_at"],
    }
    assert (len(secret), secret.isalnum()) == (40, True)
    assert passwords.check(secret, row.secret)
    assert str(row.secret).startswith("$2y$")
    assert row.redirect == "https://wiki.example.com/back,myapp://back"
    for again in (get(client, "oauth-clients"), get(client, f"oauth-clients/{row.pk}")):
        assert secret not in again.text
        assert row.secret not in again.text
        assert '"meta":{"secret' not in again.text


def test_public_client_has_no_secret(client):
    answer = call(client, "POST", "oauth-clients", {**BODY, "confidential": False})
    assert answer.json()["data"]["meta"] == {"secret": None}
    assert OauthClient.objects.get().secret is None


@pytest.mark.parametrize(
    "address",
    ["wiki.example.com", "javascript://x/%0aalert(1)", "https://a.example/#x", "https://a,b", "/x"],
)
def test_address_is_refused(client, address):
    text = f"{address} is no address to go back to: a scheme, then ://, no comma, no fragment."
    answer = call(client, "POST", "oauth-clients", {**BODY, "redirect": [address]})
    assert refused(answer, {"redirect": [text]})
    assert not OauthClient.objects.exists()


def test_client_is_changed(client, signed_in):
    body = {"name": "Handbook", "redirect": ["https://b.example"], "secret": "x", "user_id": 1}
    found = attributes(call(client, "PUT", f"oauth-clients/{signed_in.pk}", body))
    assert (found["name"], found["redirect"]) == ("Handbook", ["https://b.example"])
    signed_in.refresh_from_db()
    assert (signed_in.secret, signed_in.user_id) == ("x", None)
    assert revoked() == [False, False, False]


def test_revoked_client_loses_its_tokens(client, signed_in):
    found = attributes(call(client, "PATCH", f"oauth-clients/{signed_in.pk}", {"revoked": True}))
    assert found["revoked"] == 1
    assert revoked() == [True, True, True]


def test_deleted_client_loses_its_tokens(client, signed_in):
    assert call(client, "DELETE", f"oauth-clients/{signed_in.pk}").status_code == 204
    assert not OauthClient.objects.exists()
    assert revoked() == [True, True, True]


@pytest.mark.parametrize("key", ["0b6cdd1e-6a57-4f0e-8d0c-3a6a7f5f2c11", "1", "x"])
def test_unknown_client_is_not_found(client, key):
    answer = get(client, f"oauth-clients/{key}")
    assert answer.status_code == 404
    text = f"No query results for model [Laravel\\Passport\\Client] {key}"
    assert answer.json() == {"message": text}
