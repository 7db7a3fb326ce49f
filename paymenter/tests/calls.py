"""Writes to the admin API, and what they leave in the database."""

import json
from typing import Any

from django.test import Client

from accounts.models import Audit
from paymenter.tests.api import ADMIN


def call(client: Client, method: str, path: str, body: Any = None, token: str = "secret") -> Any:
    """`path` is what follows /api/v1/admin/."""
    return client.generic(
        method,
        ADMIN + path,
        "" if body is None else json.dumps(body),
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def attributes(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()["data"]["attributes"]
    return found


def refused(answer: Any, errors: dict[str, list[str]], status: int = 422) -> bool:
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"] == errors
    return True


def audits(kind: str) -> list[tuple[str, Any, Any]]:
    """Event, old and new values of the audits of a PHP class's short name, oldest first."""
    rows = Audit.objects.filter(auditable_type=f"App\\Models\\{kind}").order_by("pk")
    return list(rows.values_list("event", "old_values", "new_values"))
