"""JSON web tokens of people: a short access token and a refresh token that works once.

Claims: sub (user), sid (one login, kept when tokens are renewed), pwd (a mark of the password's
hash, so that a new password ends all tokens, also when PHP sets it), jti, iat, exp, token_type;
act (RFC 8693): who acts as the user, of a token of impersonation.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    TokenBackendError,
    TokenBackendExpiredToken,
    TokenError,
)
from rest_framework_simplejwt.tokens import Token

from accounts.actions.spent import holds, spend
from accounts.models import User
from accounts.rules.grants import not_held

ACCESS, REFRESH = "access", "refresh"
ACCESS_LIFETIME = timedelta(minutes=30)
REFRESH_LIFETIME = timedelta(days=30)  # as long as Paymenter remembers a browser

ALGORITHM = "HS256"
_KEY_LABEL = b"paymenter: JSON web tokens"


class InvalidToken(Exception):
    """Forged, run out, revoked, or its user or password is not the same any more."""


class _PersonToken(Token):
    def get_token_backend(self) -> TokenBackend:
        return _backend(settings.APP_KEYS.current)


class AccessToken(_PersonToken):
    token_type = ACCESS
    lifetime = ACCESS_LIFETIME


class RefreshToken(_PersonToken):
    token_type = REFRESH
    lifetime = REFRESH_LIFETIME


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str
    expires_in: int = int(ACCESS_LIFETIME.total_seconds())


def issue_pair(user: User, session: str | None = None) -> Pair:
    """`session`: the login that these tokens prolong, else a new one begins."""
    claims = {"sub": str(user.pk), "sid": session or uuid4().hex, "pwd": _mark(user)}
    return Pair(str(_signed(AccessToken(), claims)), str(_signed(RefreshToken(), claims)))


def issue_impersonation(user: User, *, by: User, lifetime: timedelta) -> str:
    """An access token alone: nothing prolongs it, and a new password of either ends it."""
    token = AccessToken()
    token.set_exp(lifetime=lifetime)
    act = {"sub": str(by.pk), "pwd": _mark(by)}
    claims = {"sub": str(user.pk), "sid": uuid4().hex, "pwd": _mark(user), "act": act}
    return str(_signed(token, claims))


def renew_pair(refresh: str) -> Pair:
    """Spends the refresh token. One that comes a second time was stolen: that login ends."""
    token = _opened(RefreshToken, refresh)
    user = _holder(token, token["sid"])
    if not spend(token["jti"], _expiry(token)):
        end_session(refresh)
        raise InvalidToken
    return issue_pair(user, token["sid"])


def end_session(token: str) -> None:
    """Revokes every token of the login that this access or refresh token belongs to."""
    opened = opened_any(token)
    spend(opened["sid"], datetime.now(UTC) + REFRESH_LIFETIME)


def holders_of(access: str) -> tuple[User, User | None]:
    """The user, his role loaded, and who acts as him. One query, with the second two."""
    token = _opened(AccessToken, access)
    user = _holder(token, token["sid"])
    return user, _impersonator(token, user)


def opened_any(token: str) -> Token:
    """An access or a refresh token that is signed and has not run out."""
    for kind in (AccessToken, RefreshToken):
        try:
            return _opened(kind, token)
        except InvalidToken:
            continue
    raise InvalidToken


def check(token: str) -> Token:
    """The same, and nothing else speaks against it either."""
    opened = opened_any(token)
    _impersonator(opened, _holder(opened, opened["sid"], opened["jti"]))
    return opened


def is_ours(token: str) -> bool:
    """Whether we signed this text, run out or not: what we did not sign may be an API key."""
    if token.count(".") != 2:
        return False
    try:
        _backend(settings.APP_KEYS.current).decode(token)  # type: ignore[arg-type]
    except TokenBackendExpiredToken:
        return True
    except TokenBackendError:
        return False
    return True


def _opened(kind: type[_PersonToken], token: str) -> Token:
    try:
        opened = kind(token)  # type: ignore[arg-type]
    except TokenError:
        raise InvalidToken from None
    if not all(isinstance(opened.payload.get(name), str) for name in ("sub", "sid", "pwd", "jti")):
        raise InvalidToken
    return opened


def _holder(token: Token, *ids: str) -> User:
    """Whose token it is, unless one of the ids is spent."""
    users = User.objects.select_related("role").filter(pk=int(token["sub"]))
    user: User | None = users.exclude(holds(*ids)).first()
    if user is None or not hmac.compare_digest(_mark(user), token["pwd"]):
        raise InvalidToken
    return user


def _impersonator(token: Token, user: User) -> User | None:
    """Who may have lost the right to since."""
    act = token.payload.get("act")
    if act is None:
        return None
    staff: User | None = User.objects.select_related("role").filter(pk=int(act["sub"])).first()
    if (
        staff is None
        or not hmac.compare_digest(_mark(staff), act["pwd"])
        or not staff.may("admin.users.impersonate")
        or not_held(user.permissions, staff.may)
    ):
        raise InvalidToken
    return staff


def _signed(token: Token, claims: dict[str, Any]) -> Token:
    for name, value in claims.items():
        token[name] = value
    return token


def _mark(user: User) -> str:
    key = _signing_key(settings.APP_KEYS.current)
    return hmac.new(key.encode(), user.password.encode(), hashlib.sha256).hexdigest()[:16]


def _expiry(token: Token) -> datetime:
    return datetime.fromtimestamp(token["exp"], UTC)


@lru_cache(maxsize=4)
def _backend(app_key: bytes) -> TokenBackend:
    return TokenBackend(ALGORITHM, _signing_key(app_key))


def _signing_key(app_key: bytes) -> str:
    return hmac.new(app_key, _KEY_LABEL, hashlib.sha256).hexdigest()
