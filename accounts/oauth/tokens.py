"""Codes, access and refresh tokens in the forms and rows of Passport 13."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from accounts.models import (
    OauthAccessToken,
    OauthAuthCode,
    OauthClient,
    OauthRefreshToken,
    User,
)
from accounts.oauth import keys
from paymenter.db.fields import now
from paymenter.laravel import defuse
from paymenter.laravel.crypt import DecryptError
from paymenter.laravel.php import json_encode

CODE_LIFETIME = timedelta(minutes=10)
ALGORITHM = "RS256"

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a valid access token stands for: nobody where the client acts for itself."""

    user: User | None
    scopes: tuple[str, ...]


def issue_code(
    client: OauthClient,
    user_id: int,
    scopes: list[str],
    *,
    redirect_uri: str | None,
    challenge: tuple[str, str] | None,
) -> str:
    """`challenge`: the code challenge and its method."""
    expires_at = now() + CODE_LIFETIME
    code = OauthAuthCode.objects.create(
        id=_new_id(),
        user_id=user_id,
        client=client,
        scopes=scopes,
        revoked=False,
        expires_at=expires_at,
    )
    text, method = challenge or (None, None)
    return _sealed(
        {
            "client_id": str(client.pk),
            "redirect_uri": redirect_uri,
            "auth_code_id": code.pk,
            "scopes": scopes,
            "user_id": str(user_id),
            "expire_time": _seconds(expires_at),
            "code_challenge": text,
            "code_challenge_method": method,
        }
    )


def issue_access_token(client: OauthClient, user_id: int | None, scopes: list[str]) -> Claims:
    """The answer's fields, and under `id` the row; raises NoKey."""
    key = keys.private_key()
    issued_at = now()
    expires_at = in_a_year(issued_at)
    row = OauthAccessToken.objects.create(
        id=_new_id(),
        user_id=user_id,
        client=client,
        scopes=scopes,
        revoked=False,
        expires_at=expires_at,
    )
    claims = {
        "aud": str(client.pk),
        "jti": row.pk,
        "iat": _seconds(issued_at),
        "nbf": _seconds(issued_at),
        "exp": _seconds(expires_at),
        "sub": str(client.pk if user_id is None else user_id),
        "scopes": scopes,
    }
    return {
        "id": row.pk,
        "token_type": "Bearer",
        "expires_in": _seconds(expires_at) - _seconds(issued_at),
        "access_token": jwt.encode(claims, key, ALGORITHM),
    }


def issue_refresh_token(
    client: OauthClient, user_id: int, scopes: list[str], access_token_id: str
) -> str:
    expires_at = in_a_year(now())
    row = OauthRefreshToken.objects.create(
        id=_new_id(), access_token_id=access_token_id, revoked=False, expires_at=expires_at
    )
    return _sealed(
        {
            "client_id": str(client.pk),
            "refresh_token_id": row.pk,
            "access_token_id": access_token_id,
            "scopes": scopes,
            "user_id": str(user_id),
            "expire_time": _seconds(expires_at),
        }
    )


def opened(sealed: str) -> Claims:
    """What a code or a refresh token says; raises DecryptError."""
    try:
        claims = json.loads(defuse.decrypt(sealed, settings.APP_KEYS.current))
    except ValueError:
        raise DecryptError("The payload is no JSON.") from None
    if not isinstance(claims, dict):
        raise DecryptError("The payload is no object.")
    return claims


def bearer(token: str) -> Bearer | None:
    """None unless signature and times are valid and row, client and user still count."""
    claims = _verified(token)
    row = _valid_row(claims.get("jti")) if claims else None
    if row is None:
        return None
    if row.user_id is None:
        return Bearer(None, tuple(row.scopes or ()))
    user = User.objects.filter(pk=row.user_id).first()
    return Bearer(user, tuple(row.scopes or ())) if user else None


def has_granted(user_id: int, client: OauthClient, scopes: list[str]) -> bool:
    """Whether the user's valid tokens of this client already cover the scopes."""
    rows = OauthAccessToken.objects.filter(
        user_id=user_id, client=client, revoked=False, expires_at__gt=now()
    )
    granted = list(rows.values_list("scopes", flat=True))
    return bool(granted) and set(scopes) <= {name for names in granted for name in names or ()}


def in_a_year(instant: datetime) -> datetime:
    """PHP's P1Y: the same day next year, 1 March for 29 February."""
    try:
        return instant.replace(year=instant.year + 1)
    except ValueError:
        return instant.replace(year=instant.year + 1, month=3, day=1)


def _verified(token: str) -> Claims | None:
    try:
        claims: Claims = jwt.decode(
            token,
            keys.public_key(),
            algorithms=[ALGORITHM],
            options={"verify_aud": False, "require": ["jti", "exp"]},
        )
    except keys.NoKey as missing:
        keys.log.error("No token of Passport can be checked: %s", missing)
        return None
    except jwt.InvalidTokenError:
        return None
    return claims


def _valid_row(token_id: object) -> OauthAccessToken | None:
    if not isinstance(token_id, str):
        return None
    row: OauthAccessToken | None = OauthAccessToken.objects.filter(
        pk=token_id, revoked=False, client__revoked=False
    ).first()
    return row


def _sealed(claims: Any) -> str:
    return defuse.encrypt(json_encode(claims), settings.APP_KEYS.current)


def _new_id() -> str:
    return secrets.token_hex(40)


def _seconds(instant: datetime) -> int:
    return int(instant.astimezone(UTC).timestamp())
