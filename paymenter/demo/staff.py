"""The staff of the demo and its API key; their secrets are given, never derived from the seed."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from accounts.models import ApiKey, Role, User
from accounts.rules.permissions import API_KEY
from paymenter.demo.tables import Tables
from paymenter.laravel import passwords
from paymenter.laravel.php import json_encode

ADMIN = "admin@example.com"
SUPPORT = "support@example.com"
KEY_NAME = "Demo"
_ADMIN_ROLE = "admin"
_SUPPORT_ROLE = "Support"
_SUPPORT_PERMISSIONS = (
    "admin.users.viewAny",
    "admin.services.viewAny",
    "admin.orders.viewAny",
    "admin.invoices.viewAny",
    "admin.tickets.create",
    "admin.tickets.update",
    "admin.tickets.viewAny",
    "admin.widgets.support",
)


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What only the one who runs the demo may know."""

    password: str
    token: str

    @classmethod
    def new(cls) -> "Secrets":
        return cls(password=secrets.token_urlsafe(12), token=f"PAYM{secrets.token_hex(32)}")


def add_staff(tables: Tables, given: Secrets, at: datetime) -> tuple[int, ...]:
    """The ids of the staff."""
    password = passwords.make(given.password)
    roles = (
        _role(tables, _ADMIN_ROLE, ("*",), at),
        _role(tables, _SUPPORT_ROLE, _SUPPORT_PERMISSIONS, at),
    )
    people = (("Demo", "Admin", ADMIN), ("Demo", "Support", SUPPORT))
    tables[ApiKey].add(
        *(KEY_NAME, json_encode(list(API_KEY)), sha256(given.token.encode()).hexdigest()),
        *(ApiKey.Type.ADMIN, True, at, at),
    )
    return tuple(
        tables[User].add(*person, role, at, password, at, at)
        for person, role in zip(people, roles, strict=True)
    )


def unknown_password() -> str:
    """A hash for clients: nobody knows what it is of."""
    return passwords.make(secrets.token_hex(32))


def _role(tables: Tables, name: str, permissions: tuple[str, ...], at: datetime) -> int:
    known = Role.objects.filter(name=name).values_list("pk", flat=True).first()
    return known or tables[Role].add(name, json_encode(list(permissions)), at, at)
