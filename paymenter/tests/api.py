"""Requests to the admin API, with a key that may do everything unless the test says otherwise."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.test import Client

from accounts.models import ApiKey
from accounts.rules.permissions import API_KEY
from paymenter import options
from paymenter.models import Setting

ADMIN = "/api/v1/admin/"
RESOURCES = (
    "users",
    "categories",
    "products",
    "orders",
    "services",
    "invoices",
    "invoice-items",
    "credits",
    "tickets",
    "ticket-messages",
)
OPENERS = tuple(name for name in API_KEY if name.endswith(".viewAny"))  # of routes, to keys
VIEW_ALL = (*(name for name in API_KEY if name.endswith(".view")), *OPENERS)


def store_key(*permissions: str, token: str = "secret", **columns: Any) -> str:
    """Stores a key, just used, and returns what the caller sends."""
    columns = {"type": "admin", "last_used_at": datetime.now(UTC), **columns}
    columns.setdefault("permissions", list(permissions))
    ApiKey.objects.create(name=token, token=sha256(token.encode()).hexdigest(), **columns)
    return token


def get(client: Client, target: str, token: str = "secret", **headers: str) -> Any:
    """`target` is what follows /api/v1/admin/, the query string among it."""
    return client.get(ADMIN + target, headers={"Authorization": f"Bearer {token}", **headers})


def ids(response: Any) -> list[int]:
    """The ids of an answer's records, in its order."""
    assert response.status_code == 200, response.content
    return [record["attributes"]["id"] for record in response.json()["data"]]


def set_option(key: str, value: Any, kind: str = "string") -> None:
    text = json.dumps(value) if kind == "array" else value
    Setting.objects.filter(key=key, settingable_type=None).delete()
    Setting.objects.create(key=key, value=text, type=kind, encrypted=False)
    options.forget()
