from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.api.authentication import bearer_token
from accounts.models import ApiKey
from paymenter.tests.api import ADMIN, get, set_option, store_key

MISSING = {"error": "The request is missing a valid bearer token."}
INVALID = {"message": "The provided API key is invalid or has been disabled."}
ELSEWHERE = {"message": "You do not have permission to access this resource."}
UNAUTHORIZED = {"message": "This action is unauthorized."}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("", None),
        ("secret", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer secret", "secret"),
        ("bearer secret", "secret"),
        ("BEARER secret", "secret"),
        ("xBearer secret", "secret"),
        ("Basic abc, Bearer secret", "secret"),
        ("Bearer one Bearer two", "two"),
        ("Bearer secret,other", "secret"),
        ("Bearer ,secret", None),
        ("Bearer 0", None),
        ("Bearer 00", "00"),
        ("Bearer  secret", " secret"),
        ("Bearer\tsecret", None),
        ("Basic c2VjcmV0", None),
        ("Token secret", None),
    ],
)
def test_bearer_token(header: str, token: str | None) -> None:
    assert bearer_token(header) == token


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "status", "body"),
    [
        (None, 401, MISSING),
        ("", 401, MISSING),
        ("Basic c2VjcmV0", 401, MISSING),
        ("Bearer 0", 401, MISSING),
        ("Bearer unknown", 401, INVALID),
        ("Bearer SECRET", 401, INVALID),
        ("Bearer " + sha256(b"secret").hexdigest(), 401, INVALID),
        ("Bearer \xff\xfe", 401, INVALID),
        ("Bearer " + "x" * 8000, 401, INVALID),
        ("Bearer secret'--", 401, INVALID),
        ("bearer secret", 200, None),
        ("Bearer secret, Bearer", 200, None),
    ],
)
def test_key_in_the_header(
    client: Client, header: str | None, status: int, body: dict[str, str] | None
) -> None:
    store_key("admin.users.view")
    response = client.get(
        ADMIN + "users", headers={} if header is None else {"Authorization": header}
    )
    assert response.status_code == status
    assert response["Content-Type"] == ("application/json" if body else "application/vnd.api+json")
    if body:
        assert response.json() == body


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["?token=secret", "?api_key=secret", "?access_token=secret"])
def test_key_elsewhere_is_no_key(client: Client, place: str) -> None:
    store_key("admin.users.view")
    response = client.get(ADMIN + "users" + place)
    assert (response.status_code, response.json()) == (401, MISSING)


@pytest.mark.django_db
def test_key_with_letters_beyond_ascii(client: Client) -> None:
    """The header's bytes are hashed as they came: WSGI hands them over as latin-1."""
    store_key("admin.users.view", token="schlüssel-€")
    sent = "schlüssel-€".encode().decode("latin-1")
    assert get(client, "users", sent).status_code == 200


@pytest.mark.django_db
def test_no_key_is_checked_for_other_paths(client: Client) -> None:
    response = client.get("/api/v1/admin/nope")
    assert response.json() == {"message": "The route api/v1/admin/nope could not be found."}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "status", "body"),
    [
        ({"enabled": False}, 401, INVALID),
        ({"type": "client"}, 403, ELSEWHERE),
        ({"type": "Admin"}, 403, ELSEWHERE),
        ({"type": None}, 403, ELSEWHERE),
        ({"enabled": False, "type": "client"}, 401, INVALID),
        ({"permissions": None}, 403, UNAUTHORIZED),
        ({"permissions": []}, 403, UNAUTHORIZED),
        ({"permissions": {}}, 403, UNAUTHORIZED),
        ({"permissions": "admin.users.view"}, 403, UNAUTHORIZED),
        ({"permissions": ["*"]}, 403, UNAUTHORIZED),
        ({"permissions": ["admin.users.view"]}, 200, None),
        ({"permissions": [1, None, "admin.users.view"]}, 200, None),
        pytest.param(
            {"permissions": {"0": "x", "2": "admin.users.view"}},
            200,
            None,
        ),
    ],
)
def test_columns_of_a_key(
    client: Client, columns: dict[str, Any], status: int, body: dict[str, str] | None
) -> None:
    store_key(**{"permissions": ["admin.users.view"], **columns})
    response = get(client, "users")
    assert response.status_code == status
    if body:
        assert response.json() == body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("addresses", "address", "allowed"),
    [
        (None, "203.0.113.9", True),
        ([], "203.0.113.9", True),
        (["203.0.113.9"], "203.0.113.9", True),
        (["198.51.100.1", "203.0.113.9"], "203.0.113.9", True),
        (["203.0.113.8"], "203.0.113.9", False),
        (["203.0.113.9 "], "203.0.113.9", False),
        (["203.0.113.0/24"], "203.0.113.9", False),
        (["203.0.113.*"], "203.0.113.9", False),
        (["*"], "203.0.113.9", False),
        ([""], "203.0.113.9", False),
        (["2001:db8::1"], "2001:db8::1", True),
        (["2001:DB8::1"], "2001:db8::1", False),
        (["2001:db8:0::1"], "2001:db8::1", False),
        ({"0": "203.0.113.9", "2": "203.0.113.8"}, "203.0.113.9", True),
        pytest.param({"1": "203.0.113.8"}, "203.0.113.9", False),
        pytest.param("203.0.113.8", "203.0.113.9", False),
    ],
)
def test_addresses_of_a_key_are_compared_as_texts(
    client: Client, addresses: Any, address: str, allowed: bool
) -> None:
    store_key("admin.users.view", ip_addresses=addresses)
    response = client.get(
        ADMIN + "users", headers={"Authorization": "Bearer secret"}, REMOTE_ADDR=address
    )
    assert response.status_code == (200 if allowed else 403)
    if not allowed:
        assert response.json() == ELSEWHERE


@pytest.mark.django_db
def test_forwarded_address_counts_for_nobody_unless_trusted(client: Client) -> None:
    store_key("admin.users.view", ip_addresses=["203.0.113.9"])
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert get(client, "users", **forwarded).status_code == 403
    set_option("trusted_proxies", ["127.0.0.1"], "array")
    assert get(client, "users", **forwarded).status_code == 200


# last_used_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("used", "stored"),
    [
        (None, NOON),
        (NOON - timedelta(seconds=59), NOON - timedelta(seconds=59)),
        (NOON - timedelta(seconds=60), NOON - timedelta(seconds=60)),
        (NOON - timedelta(seconds=61), NOON),
        (NOON - timedelta(days=400), NOON),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York"])
def test_last_use_is_stored_once_a_minute(
    client: Client, used: datetime | None, stored: datetime, zone: str
) -> None:
    set_option("timezone", zone)
    with time_machine.travel(NOON, tick=False):
        store_key("admin.users.view", last_used_at=used, updated_at=NOON - timedelta(days=1))
        ApiKey.objects.update(updated_at=NOON - timedelta(days=1))
        assert get(client, "users").status_code == 200
    key = ApiKey.objects.get()
    assert key.last_used_at == stored
    assert key.updated_at == (NOON if stored == NOON else NOON - timedelta(days=1))


@pytest.mark.django_db
def test_last_use_follows_the_clock(client: Client) -> None:
    store_key("admin.users.view", last_used_at=None)
    seen = []
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            get(client, "users")
            seen.append(ApiKey.objects.get().last_used_at)
            clock.shift(timedelta(seconds=45))
    first, second = NOON, NOON + timedelta(seconds=90)
    assert seen == [first, first, second, second, NOON + timedelta(seconds=180)]


@pytest.mark.django_db
def test_last_use_is_a_wall_clock_time(client: Client) -> None:
    set_option("timezone", "Europe/Amsterdam")
    store_key("admin.users.view", last_used_at=None)
    with time_machine.travel(NOON, tick=False):
        get(client, "users")
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_used_at FROM api_keys")
        assert str(cursor.fetchone()[0]) == "2026-11-23 13:00:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "target", "status", "noted"),
    [
        ({}, "users", 403, True),
        ({"permissions": None}, "users", 403, True),
        ({"permissions": ["admin.users.view"]}, "users/9", 404, True),
        ({"permissions": ["admin.users.view"]}, "users?include=x", 400, True),
        ({"type": "client"}, "users", 403, False),
        ({"ip_addresses": ["203.0.113.9"]}, "users", 403, False),
        ({"enabled": False}, "users", 401, False),
    ],
)
def test_use_counts_once_key_type_and_address_are_right(
    client: Client, columns: dict[str, Any], target: str, status: int, noted: bool
) -> None:
    store_key(**{"last_used_at": None, **columns})
    with time_machine.travel(NOON, tick=False):
        assert get(client, target).status_code == status
    assert ApiKey.objects.get().last_used_at == (NOON if noted else None)
