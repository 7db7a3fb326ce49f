"""Signatures and the times of attempts, and that both agree with the documentation."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.actions.webhook_payloads import resource_of
from accounts.rules import webhooks
from paymenter import events

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (of the scheme's own example)
UNITS = {"second": 1, "minute": 60, "hour": 3600}
DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"


def test_signature_is_that_of_the_schemes_own_example():
    moment = datetime.fromtimestamp(1614265330, UTC)
    headers = webhooks.signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}', [SECRET]
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_of_two_secrets_verifies():
    keys = [webhooks.new_secret(), webhooks.new_secret()]
    headers = webhooks.signed_headers("msg_1", datetime.now(UTC), b'{"a": 1}', keys)
    assert [Webhook(key).verify(b'{"a": 1}', dict(headers)) for key in keys] == [{"a": 1}] * 2
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(b'{"a": 1}', dict(headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(keys[0]).verify(b'{"a": 2}', dict(headers))


def test_examples_of_the_documentation_verify():
    [example] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    defined: dict[str, Any] = {}
    exec(example, defined)  # noqa: S102
    verify, keys = defined["verify"], [webhooks.new_secret(), webhooks.new_secret()]
    headers = webhooks.signed_headers("msg_1", datetime.now(UTC), b"{}", keys)
    assert [verify(key, headers, b"{}") for key in keys] == [True, True]
    assert not verify(webhooks.new_secret(), headers, b"{}")
    assert not verify(keys[0], headers, b"[]")
    old = datetime.now(UTC) - timedelta(minutes=6)
    assert not verify(keys[0], webhooks.signed_headers("msg_1", old, b"{}", keys), b"{}")


def test_documentation_lists_the_events():
    listed = re.findall(r"^\| `([a-z_.]+)` \| `(\w+)` \| (.+) \|$", DOCS.read_text(), re.MULTILINE)
    there_are = events.every().values()
    assert listed == [(e.name, resource_of(e).type, e.description) for e in there_are]


def test_documentation_lists_the_attempts():
    pattern = r"^\| (\d+) \| ([\d.]+) (\w+?)s? \| ([\d.]+) (\w+?)s? \|$"
    rows = re.findall(pattern, DOCS.read_text(), re.MULTILINE)
    since = timedelta()
    for number, (delay, row) in enumerate(zip(webhooks.DELAYS, rows, strict=True), start=1):
        since += delay
        assert (int(row[0]), float(row[1]) * UNITS[row[2]]) == (number, delay.total_seconds())
        assert abs(float(row[3]) * UNITS[row[4]] - since.total_seconds()) <= UNITS[row[4]] / 5


def test_secrets_are_new_and_32_bytes():
    assert webhooks.new_secret() != webhooks.new_secret()
    assert len(webhooks._key_bytes(webhooks.new_secret())) == 32


@pytest.mark.parametrize("spread", [0, 1])
def test_attempts_spread_over_a_day(spread):
    moments: list[datetime] = []
    now = NOW
    while again := webhooks.next_attempt(len(moments) + 1, now, spread=spread):
        moments.append(again)
        now = again
    assert len(moments) == 9
    assert timedelta(days=1) < now - NOW < timedelta(hours=27)
    assert moments[0] - NOW == timedelta(seconds=10 + spread)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 10),
        ("", 10),
        ("3", 10),
        ("120", 120),
        (" 120 ", 120),
        ("Sun, 01 Mar 2026 12:05:00 GMT", 300),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 10),
        ("999999999999999999999", 32_400),
        ("Mon, 01 Mar 2027 12:00:00 GMT", 32_400),
        ("-5", 10),
        ("soon", 10),
        ("Sun, 99 Mar 2026 12:05:00 GMT", 10),
        ("١٢٠", 10),
    ],
)
def test_receiver_may_ask_for_more_time_within_bounds(header, seconds):
    again = webhooks.next_attempt(1, NOW, spread=0, retry_after=header)
    assert again == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "taken"), [(199, False), (200, True), (204, True), (299, True), (302, False)]
)
def test_taken_is_what_is_answered_by_2xx(status, taken):
    assert webhooks.is_taken(status) is taken
