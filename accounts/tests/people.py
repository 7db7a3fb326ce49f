"""People and their calls to the login endpoints."""

import json
from typing import Any

from django.test import Client

from accounts.tests.factories import PASSWORD, UserFactory

AUTH = "/api/v1/auth/"
ME = "/api/v1/profile/me"


def person(**columns: Any) -> Any:
    return UserFactory(**columns)


def post(client: Client, name: str, **body: Any) -> Any:
    return client.post(AUTH + name, json.dumps(body), "application/json")


def log_in(client: Client, user: Any, password: str = PASSWORD, **body: Any) -> Any:
    return post(client, "login", email=user.email, password=password, **body)


def tokens_of(client: Client, user: Any, **body: Any) -> dict[str, Any]:
    response = log_in(client, user, **body)
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def show_me(client: Client, token: str) -> Any:
    return client.get(ME, headers=bearer(token))


def change_me(client: Client, token: str, **body: Any) -> Any:
    return client.patch(ME, json.dumps(body), "application/json", headers=bearer(token))
