"""Endpoints for tests, and what their receivers verify."""

from collections.abc import Mapping
from typing import Any

from standardwebhooks import Webhook

from accounts.rules.webhooks import new_secret
from accounts.webhooks.models import WebhookEndpoint


def endpoint(url: str = "https://receiver.example/hook", **columns: Any) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(**{"url": url, "secret": new_secret(), **columns})


def verified(secret: str, got: tuple[Mapping[str, str], bytes]) -> Any:
    """The payload, after the official library has checked its signature and age."""
    headers, body = got
    return Webhook(secret).verify(body, dict(headers))
