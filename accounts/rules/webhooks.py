"""Webhooks by the scheme of Standard Webhooks (www.standardwebhooks.com), and when one is tried
again."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PREFIX = "whsec_"
SECRET_BYTES = 32

DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600, 7200, 14_400, 28_800, 32_400)
)
"""How long after the first, second, … attempt the next one comes: ten attempts in a good day."""

LATER = 0.1  # of a delay at most is added to it, so that not all come at once
LONGEST_WAIT = timedelta(hours=9)  # that a receiver may ask for
ROTATION = timedelta(hours=24)  # for which the secret before still signs
FAILED_FOR = timedelta(days=1)  # after which an endpoint is disabled

GONE = 410


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(
    webhook_id: str, moment: datetime, payload: bytes, keys: Sequence[str]
) -> Mapping[str, str]:
    """One signature for each of the secrets."""
    stamp = str(int(moment.timestamp()))
    content = f"{webhook_id}.{stamp}.".encode() + payload
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def next_attempt(
    tried: int, now: datetime, *, spread: float, retry_after: str | None = None
) -> datetime | None:
    """When to try again after so many attempts; None after the last.

    `spread`: how much of the most is added, 0 to 1. `retry_after` is the header of that name: it
    can only put off, and not beyond LONGEST_WAIT.
    """
    if tried > len(DELAYS):
        return None
    delay = DELAYS[tried - 1] * (1 + LATER * spread)
    return now + max(delay, min(asked_wait(retry_after, now), LONGEST_WAIT))


def asked_wait(header: str | None, now: datetime) -> timedelta:
    """Of `Retry-After: 120` or a date; none for anything else."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return timedelta()
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta())


def is_taken(status: int) -> bool:
    return 200 <= status < 300


def _signature(key: str, content: bytes) -> str:
    digest = hmac.new(_key_bytes(key), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key_bytes(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("no secret of a webhook") from None
