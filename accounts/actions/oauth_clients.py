"""Applications that sign people in here (Paymenter: OauthClientResource, Passport)."""

import secrets
import string
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts.models import OauthAccessToken, OauthAuthCode, OauthClient, OauthRefreshToken
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.laravel import passwords

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 40
_LONGEST = 65_535  # bytes of the column


@transaction.atomic
def create_oauth_client(
    name: str,
    redirect: Sequence[str],
    *,
    confidential: bool = True,
    revoked: bool = False,
    actor: Actor,
) -> tuple[OauthClient, str | None]:
    """The client and its secret, which nothing can show again; a public one has none."""
    secret = _new_secret() if confidential else None
    client = OauthClient(
        name=name,
        redirect=_joined(redirect),
        secret=passwords.make(secret) if secret else None,
        personal_access_client=False,
        password_client=False,
        revoked=revoked,
    )
    client.save(force_insert=True)
    return client, secret


@transaction.atomic
def update_oauth_client(client: OauthClient, *, actor: Actor, **changes: Any) -> OauthClient:
    client = locked(client)
    if "redirect" in changes:
        changes["redirect"] = _joined(changes["redirect"])
    changed = [name for name, value in changes.items() if getattr(client, name) != value]
    for name in changed:
        setattr(client, name, changes[name])
    client.save(update_fields=changed)
    if changes.get("revoked"):
        _revoke_tokens(client)
    return client


@transaction.atomic
def regenerate_secret(client: OauthClient, *, actor: Actor) -> str:
    """The old one stops working at once."""
    client = locked(client)
    if client.secret is None:
        raise Refused("A public client has no secret.")
    secret = _new_secret()
    client.secret = passwords.make(secret)
    client.save(update_fields=["secret"])
    return secret


@transaction.atomic
def delete_oauth_client(client: OauthClient, *, actor: Actor) -> None:
    client = locked(client)
    _revoke_tokens(client)
    client.delete()


def _revoke_tokens(client: OauthClient) -> None:
    tokens = OauthAccessToken.objects.filter(client_id=client.pk)
    ids = list(tokens.values_list("pk", flat=True))
    OauthRefreshToken.objects.filter(access_token_id__in=ids).update(revoked=True)
    tokens.update(revoked=True)
    OauthAuthCode.objects.filter(client_id=client.pk).update(revoked=True)


def _new_secret() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def _joined(addresses: Sequence[str]) -> str:
    text = ",".join(addresses)
    if len(text.encode()) > _LONGEST:
        raise Refused.on("redirect", f"All together are longer than {_LONGEST} bytes.")
    return text
