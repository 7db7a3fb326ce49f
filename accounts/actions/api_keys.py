"""Keys of the admin API."""

import secrets
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address

from django.db import transaction

from accounts.actions.records import create_record
from accounts.models import ApiKey
from accounts.rules.permissions import API_KEY
from paymenter.actor import Actor
from paymenter.errors import Refused

_PREFIX = "PAYM"


@transaction.atomic
def create_api_key(
    name: str, permissions: Sequence[str], addresses: Sequence[str] = (), *, actor: Actor
) -> tuple[ApiKey, str]:
    """The key and its token, which nothing can show again. No addresses means any."""
    unknown = [permission for permission in permissions if permission not in API_KEY]
    if unknown:  # `*` too: it has no meaning in a key
        raise Refused.on("permissions", f"No permission of a key: {', '.join(unknown)}.")
    token = f"{_PREFIX}{secrets.token_hex(32)}"
    values = {
        "name": name,
        "permissions": list(dict.fromkeys(permissions)),
        "token": sha256(token.encode()).hexdigest(),
        "type": ApiKey.Type.ADMIN,
        "ip_addresses": [_address(text) for text in addresses] or None,
    }
    return create_record(ApiKey, values, actor=actor), token


def _address(text: str) -> str:
    """As a request's address is written, since the two are compared as texts."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise Refused.on("ip_addresses", f"{text} is no IP address.") from None
