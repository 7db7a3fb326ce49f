"""An OAuth client, and its calls."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from django.test import Client

from accounts.models import OauthAccessToken, OauthClient
from accounts.oauth import keys
from accounts.tests.factories import UserFactory
from paymenter.db.fields import now
from paymenter.laravel import passwords

SECRET = "s3cret-s3cret-s3cret-s3cret-s3cret-s3cret"
CALLBACK = "https://app.example.com/cb"
VERIFIER = "v" * 43
PAGE = "/oauth/authorize"


def oauth_client(*, public: bool = False, **columns: Any) -> OauthClient:
    columns = {"name": "Forum", "redirect": CALLBACK, "revoked": False, **columns}
    columns.setdefault("secret", None if public else passwords.make(SECRET, rounds=4))
    columns |= {"personal_access_client": False, "password_client": False}
    return OauthClient.objects.create(**columns)


def person(**columns: Any) -> Any:
    return UserFactory(**columns)


def signed_in(user: Any, **options: Any) -> Client:
    browser = Client(**options)
    browser.force_login(user)
    return browser


def ask(browser: Client, client: OauthClient, **query: str) -> Any:
    given = {"response_type": "code", "client_id": str(client.pk), "scope": "profile", **query}
    return browser.get(f"{PAGE}?{urlencode({k: v for k, v in given.items() if v})}")


def agree(browser: Client, **fields: str) -> Any:
    form = {"auth_token": browser.session["authToken"], **fields}
    return browser.post(PAGE, form)


def sent_back(response: Any) -> dict[str, str]:
    """What the redirect tells the application."""
    assert response.status_code == 302, response.content
    address = response.headers["Location"]
    assert address.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def code_for(user: Any, client: OauthClient, **query: str) -> str:
    browser = signed_in(user)
    assert ask(browser, client, prompt="consent", **query).status_code == 200
    return sent_back(agree(browser))["code"]


def token(client: Client, **body: Any) -> Any:
    return client.post("/api/oauth/token", json.dumps(body), "application/json")


def exchange(client: Client, app: OauthClient, **body: Any) -> Any:
    given = {"client_id": str(app.pk), "client_secret": SECRET, **body}
    return token(client, **{name: value for name, value in given.items() if value is not None})


def pair_for(client: Client, user: Any, app: OauthClient) -> dict[str, Any]:
    """Access and refresh token, by way of the page."""
    code = code_for(user, app)
    response = exchange(client, app, grant_type="authorization_code", code=code)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def me(client: Client, access_token: str) -> Any:
    return client.get("/api/me", headers={"Authorization": f"Bearer {access_token}"})


def stored_token(app: OauthClient, user: Any, **columns: Any) -> OauthAccessToken:
    columns = {
        "id": "ab" * 40,
        "scopes": ["profile"],
        "revoked": False,
        "expires_at": now() + timedelta(days=1),
        **columns,
    }
    return OauthAccessToken.objects.create(client=app, user=user, **columns)


def php_access_token(app: OauthClient, user: Any, **claims: Any) -> str:
    """As lcobucci/jwt writes it: moments with fractions, `aud` a text."""
    moment = datetime.now(UTC).timestamp() - 1
    said = {
        "aud": str(app.pk),
        "jti": "ab" * 40,
        "iat": moment,
        "nbf": moment,
        "exp": moment + 1000.5,
        "sub": str(user.pk),
        "scopes": ["profile"],
        **claims,
    }
    return jwt.encode(said, keys.private_key(), "RS256")
