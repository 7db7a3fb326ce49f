"""Staff at the console: who they are, and how a form of a page is filled in."""

from typing import Any

from django.test import Client

from accounts.models import User
from accounts.tests.factories import RoleFactory, UserFactory


def staff(*permissions: str, **columns: Any) -> User:
    user: User = UserFactory(role=RoleFactory(permissions=list(permissions)), **columns)
    return user


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(staff(*permissions))
    return client


def rows(prefix: str, *rows: dict[str, Any], stored: int = 0) -> dict[str, Any]:
    """The boxes of an inline: the first `stored` rows are there already and name their `id`."""
    boxes: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": stored}
    for place, row in enumerate(rows):
        boxes |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return boxes


def errors_of(answer: Any) -> dict[str, list[str]]:
    """What the page refused, by box."""
    assert answer.status_code == 200, answer.status_code
    errors = dict(answer.context["adminform"].form.errors)
    for formset in answer.context["inline_admin_formsets"]:
        for place, row in enumerate(formset.formset.errors):
            errors |= {f"{formset.formset.prefix}.{place}.{n}": t for n, t in row.items()}
    return {name: list(texts) for name, texts in errors.items()}
