"""The token endpoint: three grants, their checks in the order of league/oauth2-server 9."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import (
    OauthAccessToken,
    OauthAuthCode,
    OauthClient,
    OauthRefreshToken,
    User,
)
from accounts.oauth import clients, errors, keys, tokens
from accounts.rules import scopes as rules
from paymenter.laravel.crypt import DecryptError

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The body, and the name and password of HTTP Basic; the body wins."""

    body: Mapping[str, Any]
    basic: tuple[str, str] | None = None

    def get(self, name: str, default: str | None = None) -> str | None:
        value = self.body.get(name)
        if isinstance(value, (list, dict)):
            raise errors.invalid_request(name)
        text = "" if value is None or value is False else str(value).strip()
        return text or default or None

    def require(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise errors.invalid_request(name)
        return value

    def client(self, grant: str) -> OauthClient:
        """The client, authenticated where it has a secret."""
        user, password = self.basic or (None, None)
        client_id, secret = self.get("client_id", user), self.get("client_secret", password)
        if client_id is None:
            raise errors.invalid_request("client_id")
        return clients.authenticated(grant, client_id, secret)


def answer(request: TokenRequest) -> Answer:
    """The body of a 200; raises OAuthError."""
    kind = request.body.get("grant_type")
    grant = GRANTS.get(kind) if isinstance(kind, str) else None
    if grant is None:
        raise errors.unsupported_grant_type()
    try:
        return grant(request)
    except keys.NoKey as missing:
        keys.log.error("No token can be issued: %s", missing)
        raise errors.server_error("The keys of this server are not set up.") from None


def client_credentials(request: TokenRequest) -> Answer:
    client = request.client(clients.CLIENT_CREDENTIALS)
    names = _known(rules.asked_for(request.get("scope")))
    fields = tokens.issue_access_token(client, None, rules.given(names, to_user=False))
    return {name: value for name, value in fields.items() if name != "id"}


def authorization_code(request: TokenRequest) -> Answer:
    client = request.client(clients.AUTHORIZATION_CODE)
    sealed = request.require("code")
    try:
        code = tokens.opened(sealed)
    except DecryptError:
        raise errors.invalid_grant("Cannot validate the provided authorization code") from None
    _check_code(code, client, request)
    names = rules.given(_known(code.get("scopes") or []), to_user=True)
    _check_proof(code, request.get("code_verifier"))
    return _spend_code(code, client, names)


@transaction.atomic
def _spend_code(code: Answer, client: OauthClient, scopes: list[str]) -> Answer:
    rows = OauthAuthCode.objects.filter(pk=code["auth_code_id"], revoked=False)
    if not rows.update(revoked=True):
        raise errors.invalid_grant("Authorization code has been revoked")
    return _issue_pair(client, code.get("user_id"), scopes, errors.invalid_grant)


def refresh_token(request: TokenRequest) -> Answer:
    client = request.client(clients.REFRESH_TOKEN)
    old = _old_token(request.require("refresh_token"), client)
    held = [name for name in old.get("scopes") or [] if isinstance(name, str)]
    wanted = request.get("scope")
    names = _known(held if wanted is None else rules.asked_for(wanted))
    if foreign := [name for name in names if name not in held]:
        raise errors.invalid_scope(foreign[0])
    return _spend_refresh_token(old, client, rules.given(names, to_user=True))


@transaction.atomic
def _spend_refresh_token(old: Answer, client: OauthClient, scopes: list[str]) -> Answer:
    rows = OauthRefreshToken.objects.filter(pk=old["refresh_token_id"], revoked=False)
    if not rows.update(revoked=True):
        raise errors.invalid_refresh_token("Token has been revoked")
    OauthAccessToken.objects.filter(pk=old.get("access_token_id")).update(revoked=True)
    return _issue_pair(client, old.get("user_id"), scopes, errors.invalid_refresh_token)


GRANTS: Mapping[str, Callable[[TokenRequest], Answer]] = {
    clients.AUTHORIZATION_CODE: authorization_code,
    clients.CLIENT_CREDENTIALS: client_credentials,
    clients.REFRESH_TOKEN: refresh_token,
}


def _issue_pair(
    client: OauthClient, user: object, scopes: list[str], refused: Callable[[str], Exception]
) -> Answer:
    """A user who was deleted meanwhile gets none (PHP issues tokens that nobody honours)."""
    digits = str(user)
    user_id = int(digits) if digits.isascii() and digits.isdigit() else None
    if user_id is None or not User.objects.filter(pk=user_id).exists():
        raise refused("The user does not exist any more")
    fields = tokens.issue_access_token(client, user_id, scopes)
    refresh = tokens.issue_refresh_token(client, user_id, scopes, fields.pop("id"))
    return {**fields, "refresh_token": refresh}


def _check_code(code: Answer, client: OauthClient, request: TokenRequest) -> None:
    if not code.get("auth_code_id"):
        raise errors.invalid_request("code", "Authorization code malformed")
    if time.time() > _moment(code):
        raise errors.invalid_grant("Authorization code has expired")
    if not OauthAuthCode.objects.filter(pk=code["auth_code_id"], revoked=False).exists():
        raise errors.invalid_grant("Authorization code has been revoked")
    if code.get("client_id") != str(client.pk):
        raise errors.invalid_request("code", "Authorization code was not issued to this client")
    promised, told = code.get("redirect_uri"), request.get("redirect_uri")
    if promised and told is None:
        raise errors.invalid_request("redirect_uri")
    if (promised or None) != told:
        raise errors.invalid_request("redirect_uri", "Invalid redirect URI")


def _check_proof(code: Answer, verifier: str | None) -> None:
    challenge = code.get("code_challenge")
    if not challenge:
        if verifier is not None:  # somebody removed the challenge on the way
            raise errors.invalid_request(
                "code_challenge", "code_verifier received when no code_challenge is present"
            )
        return
    if verifier is None:
        raise errors.invalid_request("code_verifier")
    if not rules.is_proof(verifier):
        raise errors.invalid_request(
            "code_verifier", "Code Verifier must follow the specifications of RFC-7636."
        )
    if not rules.proves(verifier, challenge, str(code.get("code_challenge_method"))):
        raise errors.invalid_grant("Failed to verify `code_verifier`.")


def _old_token(sealed: str, client: OauthClient) -> Answer:
    try:
        old = tokens.opened(sealed)
    except DecryptError:
        raise errors.invalid_refresh_token("Cannot decrypt the refresh token") from None
    if not old.get("refresh_token_id"):  # an authorization code
        raise errors.invalid_refresh_token("Cannot decrypt the refresh token")
    if old.get("client_id") != str(client.pk):
        raise errors.invalid_refresh_token("Token is not linked to client")
    if _moment(old) < time.time():
        raise errors.invalid_refresh_token("Token has expired")
    if not OauthRefreshToken.objects.filter(pk=old["refresh_token_id"], revoked=False).exists():
        raise errors.invalid_refresh_token("Token has been revoked")
    return old


def _moment(claims: Answer) -> float:
    value = claims.get("expire_time")
    return value if isinstance(value, (int, float)) else 0


def _known(names: list[str]) -> list[str]:
    if (bad := rules.unknown(names)) is not None:
        raise errors.invalid_scope(bad)
    return names
