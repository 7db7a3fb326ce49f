"""API_RATE_LIMIT: so many requests a minute for each caller, and headers that say so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from paymenter.env import Environment
from paymenter.tests.api import store_key
from paymenter.tests.careful import HEADERS, may_do, send, store_full_key

NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
NOW = datetime(2026, 11, 23, 10, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_counts(db: None) -> Iterator[None]:
    cache.clear()
    store_full_key()
    yield
    cache.clear()


@pytest.fixture
def three_a_minute(settings: Any) -> Iterator[Any]:
    settings.API_RATE_LIMIT = (3, 60)
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def told(response: Any) -> tuple[str | None, ...]:
    return tuple(response.headers.get(name) for name in NAMES)


def test_without_the_setting_nothing_is_said(client: Client) -> None:
    for _ in range(5):
        response = send(client, "GET", "users")
        assert (response.status_code, told(response)) == (200, (None,) * 4)


def test_each_request_counts_and_says_what_is_left(client: Client, three_a_minute: Any) -> None:
    ends = str(int(NOW.timestamp()) + 60)
    for left in ("2", "1", "0"):
        response = send(client, "GET", "users")
        assert (response.status_code, told(response)) == (200, ("3", left, ends, None))
    three_a_minute.shift(20)
    response = send(client, "GET", "users")
    assert (response.status_code, response.json()) == (429, {"message": "Too Many Attempts."})
    assert told(response) == ("3", "0", ends, "40")
    three_a_minute.shift(41)
    assert told(send(client, "GET", "users"))[:2] == ("3", "2")


def test_refusals_count_too(client: Client, three_a_minute: Any) -> None:
    store_key("admin.users.view", token="viewer")
    headers = HEADERS | {"Authorization": "Bearer viewer"}
    for status in (403, 403, 403, 429):
        response = send(client, "POST", "users", {}, **headers)
        assert response.status_code == status
        assert response.has_header("X-RateLimit-Limit")


def test_each_key_has_its_own_count(client: Client, three_a_minute: Any) -> None:
    store_key(*may_do("view"), token="another")
    for _ in range(4):
        last = send(client, "GET", "users")
    other = send(client, "GET", "users", Authorization="Bearer another")
    assert (last.status_code, told(other)[1]) == (429, "2")


def test_who_is_not_known_is_not_counted(client: Client, three_a_minute: Any) -> None:
    for _ in range(5):
        response = send(client, "GET", "users", Authorization="Bearer wrong")
        assert (response.status_code, told(response)) == (401, (None,) * 4)


def test_refused_write_stores_nothing(client: Client, three_a_minute: Any) -> None:
    for _ in range(3):
        send(client, "GET", "users")
    response = send(client, "DELETE", "users/1", **{"Idempotency-Key": "x"})
    assert response.status_code == 429


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("", None),
        ("0", None),
        ("0/minute", None),
        ("null", None),
        ("600", (600, 60)),
        ("600/minute", (600, 60)),
        ("10/second", (10, 1)),
        ("5000/hour", (5000, 3600)),
    ],
)
def test_rate_is_read(text: str, rate: tuple[int, int] | None) -> None:
    assert Environment({"API_RATE_LIMIT": text}, {}).rate("API_RATE_LIMIT") == rate


@pytest.mark.parametrize("text", ["many", "-1", "1.5/minute", "5/day", "5 / minute", "/minute"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="API_RATE_LIMIT: is no rate"):
        Environment({"API_RATE_LIMIT": text}, {}).rate("API_RATE_LIMIT")
