"""Keys of the admin API."""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import ApiKey
from accounts.rules.grants import NOT_HELD, Holds, not_held
from accounts.rules.permissions import API_KEY
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

_PREFIX = "PAYM"


@transaction.atomic
def create_api_key(
    name: str,
    permissions: Sequence[str],
    addresses: Sequence[str] = (),
    *,
    enabled: bool = True,
    actor: Actor,
    holds: Holds | None = None,
) -> tuple[ApiKey, str]:
    """The key and its token, which nothing can show again. No addresses means any.

    `holds`: what the caller may give away; None at the command line, where all may be given.
    """
    _check(permissions, (), holds)
    token = f"{_PREFIX}{secrets.token_hex(32)}"
    values = {
        "name": name,
        "permissions": list(dict.fromkeys(permissions)),
        "token": sha256(token.encode()).hexdigest(),
        "type": ApiKey.Type.ADMIN,
        "ip_addresses": _addresses(addresses),
        "enabled": enabled,
    }
    return create_record(ApiKey, values, actor=actor), token


@transaction.atomic
def update_api_key(key: ApiKey, *, actor: Actor, holds: Holds, **changes: Any) -> ApiKey:
    key = locked(key)
    if "permissions" in changes:
        kept = key.permissions if isinstance(key.permissions, list) else []
        _check(changes["permissions"], kept, holds)
    if "ip_addresses" in changes:
        changes["ip_addresses"] = _addresses(changes["ip_addresses"] or ())
    change_record(key, changes, actor=actor)
    return key


@transaction.atomic
def delete_api_key(key: ApiKey, *, actor: Actor) -> None:
    delete_record(locked(key), actor=actor)


def _check(permissions: Sequence[str], kept: Sequence[str], holds: Holds | None) -> None:
    new = [permission for permission in permissions if permission not in kept]
    unknown = [permission for permission in new if permission not in API_KEY]
    if unknown:  # `*` too: it has no meaning in a key
        raise Refused.on("permissions", f"No permission of a key: {', '.join(unknown)}.")
    if holds and (beyond := not_held(new, holds)):
        raise Refused.on("permissions", NOT_HELD.format(", ".join(beyond)))


def _addresses(texts: Sequence[str]) -> list[str] | None:
    """Each as a request's address is written, since the two are compared as texts."""
    return list(dict.fromkeys(map(_address, texts))) or None


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise Refused.on("ip_addresses", f"{text} is no IP address.") from None
