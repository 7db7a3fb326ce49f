"""Two servers on one database: what one has issued the other accepts, renews and revokes."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from accounts.oauth import keys
from accounts.tests.factories import PASSWORD
from accounts.tests.oauth import SECRET
from accounts.tests.people import bearer
from paymenter.tests.processes import Installation, installation, until

ADDRESS = "ada@example.com"
ONE_WORKER = {"WEB_CONCURRENCY": "1", "ALLOWED_HOSTS": "127.0.0.1"}
PEOPLE = """
import json
from pathlib import Path
from accounts.tests.oauth import code_for, oauth_client
from accounts.tests.people import person
user, app = person(email={email!r}), oauth_client()
Path({file!r}).write_text(json.dumps({{"app": str(app.pk), "code": code_for(user, app)}}))
"""


@dataclass
class Pair:
    one: httpx.Client
    other: httpx.Client
    app: str
    code: str


@pytest.fixture
def pair(
    tmp_path: Path, passport_keys: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Pair]:
    """One finds Passport's keys in files, the other in its environment."""
    pem = {
        "PASSPORT_PRIVATE_KEY": (passport_keys / keys.PRIVATE).read_text(),
        "PASSPORT_PUBLIC_KEY": (passport_keys / keys.PUBLIC).read_text(),
    }
    with django_db_blocker.unblock(), installation() as place:
        place.environment["PASSPORT_KEYS_DIR"] = str(passport_keys)
        file = tmp_path / "people"
        place.run(PEOPLE.format(file=str(file), email=ADDRESS), ALLOWED_HOSTS="testserver")
        known = json.loads(file.read_text())
        nowhere = {"PASSPORT_KEYS_DIR": str(tmp_path / "none")}
        with serving(place) as one, serving(place, **pem, **nowhere) as other:
            yield Pair(one, other, **known)


@contextmanager
def serving(place: Installation, **environment: str) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    place.start("-m", "gunicorn", "paymenter.wsgi", PORT=str(port), **environment, **ONE_WORKER)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        until(lambda: _answers(client))
        yield client


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.ConnectError:
        return False


def status(client: httpx.Client, path: str, token: str) -> int:
    return client.get(path, headers=bearer(token)).status_code


def test_each_accepts_and_ends_what_the_other_issued(pair: Pair) -> None:
    me = "/api/v1/profile/me"
    login = {"email": ADDRESS, "password": PASSWORD}
    issued = pair.one.post("/api/v1/auth/login", json=login).json()
    assert status(pair.other, me, issued["access_token"]) == 200
    old = {"refresh_token": issued["refresh_token"]}
    renewed = pair.other.post("/api/v1/auth/refresh", json=old).json()
    assert status(pair.one, me, renewed["access_token"]) == 200
    assert pair.one.post("/api/v1/auth/refresh", json=old).status_code == 401
    again = pair.one.post("/api/v1/auth/login", json=login).json()
    leave = {"refresh_token": again["refresh_token"]}
    headers = bearer(again["access_token"])
    assert pair.one.post("/api/v1/auth/logout", json=leave, headers=headers).status_code == 204
    assert status(pair.other, me, again["access_token"]) == 401

    app = {"client_id": pair.app, "client_secret": SECRET}
    grant = {"grant_type": "authorization_code", "code": pair.code}
    first = pair.one.post("/api/oauth/token", json={**app, **grant}).json()
    assert status(pair.other, "/api/me", first["access_token"]) == 200
    grant = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = pair.other.post("/api/oauth/token", json={**app, **grant}).json()
    assert status(pair.one, "/api/me", second["access_token"]) == 200
    assert status(pair.one, "/api/me", first["access_token"]) == 401, "it was renewed"
