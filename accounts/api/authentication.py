"""Who calls: Paymenter's API keys (`Authorization: Bearer PAYM…`, only the SHA-256 of a key is
stored) and people's JSON web tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actions import tokens
from accounts.models import ApiKey, User
from accounts.rules.permissions import key_knows, role_allows
from paymenter.db import zone
from paymenter.jsonapi.errors import Forbidden, NoToken
from paymenter.jsonapi.statements import Statement

USED_AGAIN_AFTER = timedelta(minutes=1)

_COLUMNS = ("id", "permissions", "type", "ip_addresses", "last_used_at")


@dataclass(frozen=True, slots=True)
class KeyCaller:
    """The API key behind a request; `*` has no meaning in a key."""

    id: int
    permissions: tuple[str, ...]

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def knows(self, group: str) -> bool:
        return key_knows(group, self.permissions)


@dataclass(frozen=True, slots=True)
class PersonCaller:
    """The user behind a token of his, with the permissions of his role."""

    token: str
    permissions: frozenset[str]
    impersonated_by: int | None = None

    def may(self, permission: str) -> bool:
        return role_allows(self.permissions, permission)

    def knows(self, group: str) -> bool:
        return True


class JwtAuthentication(BaseAuthentication):
    """Leaves all that we did not sign to the next class: an API key can be any text."""

    def authenticate(self, request: Request) -> tuple[User, PersonCaller] | None:
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        if token is None or not tokens.is_ours(token):
            return None
        try:
            user, staff = tokens.holders_of(token)
        except tokens.InvalidToken:
            raise AuthenticationFailed("The token is invalid or has expired.") from None
        return user, PersonCaller(token, user.permissions, staff.pk if staff else None)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, KeyCaller]:
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        if token is None:
            raise NoToken
        rows = _by_token().at([sha256(token.encode("latin-1", "replace")).hexdigest()])
        if not rows:
            raise AuthenticationFailed("The provided API key is invalid or has been disabled.")
        key_id, permissions, kind, addresses, used_at = rows[0]
        if kind != "admin" or not _may_call_from(request.META.get("REMOTE_ADDR"), addresses):
            raise Forbidden("You do not have permission to access this resource.")
        _note_use(key_id, used_at)
        return None, KeyCaller(key_id, tuple(_array(permissions) or ()))

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def bearer_token(header: str) -> str | None:
    """Laravel's bearerToken(): what follows the last `bearer `, cut at a comma; "0" is none."""
    start = header.lower().rfind("bearer ")
    if start < 0:
        return None
    token = header[start + len("bearer ") :].split(",")[0]
    return token if token not in ("", "0") else None


@cache
def _by_token() -> Statement:
    found = ApiKey.objects.filter(token__in=["1234567890"], enabled=True)
    return Statement.of(found.values_list(*_COLUMNS))


def _note_use(key_id: int, used_at: datetime | None) -> None:
    """Stores `last_used_at`, at most once a minute: a read shall not cost a write each time."""
    now = datetime.now(UTC)
    if used_at is None or now - zone.aware(used_at) > USED_AGAIN_AFTER:
        ApiKey.objects.filter(pk=key_id).update(last_used_at=now, updated_at=now)


def _array(text: Any) -> list[Any] | None:
    """A PHP array, which is stored as an object where it has gaps; None for anything else."""
    value = orjson.loads(text) if isinstance(text, (str, bytes)) else text
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else None


def _may_call_from(address: str | None, stored: Any) -> bool:
    """Any address where none is listed; what is no list lets nobody in."""
    listed = [] if stored is None else _array(stored)
    return listed == [] or (listed is not None and address in listed)
