"""The authorization endpoint: what a client asks a user for, and the address he is sent to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import OauthClient
from accounts.oauth import clients, errors, tokens
from accounts.rules import scopes as rules


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Checked; it lies in the browser session while the page is shown."""

    client_id: str
    redirect_uri: str | None
    answer_to: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: tuple[str, str] | None

    def packed(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def unpacked(cls, values: Mapping[str, Any]) -> "AuthorizationRequest":
        challenge = values["challenge"]
        pair = (challenge[0], challenge[1]) if challenge else None
        return cls(**{**values, "scopes": tuple(values["scopes"]), "challenge": pair})

    @property
    def client(self) -> OauthClient:
        return clients.able_to(clients.AUTHORIZATION_CODE, self.client_id)

    @property
    def back(self) -> str:
        """The client's address with its state, which errors are added to."""
        return _with_state(self.answer_to, self.state)

    @property
    def descriptions(self) -> list[str]:
        return [rules.SCOPES[name] for name in self.scopes if name in rules.SCOPES]


def checked(query: Mapping[str, str]) -> AuthorizationRequest:
    """Raises OAuthError, with an address to go to as soon as that address can be trusted."""
    kind = query.get("response_type") or None
    if kind is None:
        raise errors.invalid_request("response_type")
    if kind != "code":
        raise errors.unsupported_grant_type()
    client_id = query.get("client_id") or None
    if client_id is None:
        raise errors.invalid_request("client_id")
    client = clients.able_to(clients.AUTHORIZATION_CODE, client_id)
    redirect_uri, state = query.get("redirect_uri") or None, query.get("state") or None
    answer_to = _address(client, redirect_uri)
    names = rules.asked_for(query.get("scope"))
    if (bad := rules.unknown(names)) is not None:
        raise errors.invalid_scope(bad, redirect=_with_state(answer_to, state))
    return AuthorizationRequest(
        client_id=str(client.pk),
        redirect_uri=redirect_uri,
        answer_to=answer_to,
        scopes=tuple(rules.given(names, to_user=True)),
        state=state,
        challenge=_challenge(query, clients.is_confidential(client)),
    )


def is_settled(request: AuthorizationRequest, user_id: int) -> bool:
    """The user has agreed to this before."""
    return tokens.has_granted(user_id, request.client, list(request.scopes))


def approve(request: AuthorizationRequest, user_id: int) -> str:
    """The address with a new code; raises OAuthError when the client is gone meanwhile."""
    code = tokens.issue_code(
        request.client,
        user_id,
        list(request.scopes),
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
    )
    state = {"state": request.state} if request.state else {}
    return errors.with_query(request.answer_to, {"code": code, **state})


def _address(client: OauthClient, redirect_uri: str | None) -> str:
    registered = clients.redirects_of(client)
    if redirect_uri is not None:
        if not rules.is_registered(redirect_uri, registered):
            raise errors.invalid_client()
        return redirect_uri
    if len(registered) != 1:
        raise errors.invalid_client()
    return registered[0]


def _challenge(query: Mapping[str, str], confidential: bool) -> tuple[str, str] | None:
    text = query.get("code_challenge") or None
    if text is None:
        if confidential:
            return None
        raise errors.invalid_request(
            "code_challenge", "Code challenge must be provided for public clients"
        )
    method = query.get("code_challenge_method") or "plain"
    if method not in rules.METHODS:
        listed = ", ".join(f"`{name}`" for name in rules.METHODS)
        raise errors.invalid_request(
            "code_challenge_method", f"Code challenge method must be one of {listed}"
        )
    if not rules.is_proof(text):
        raise errors.invalid_request(
            "code_challenge", "Code challenge must follow the specifications of RFC-7636."
        )
    return text, method


def _with_state(address: str, state: str | None) -> str:
    return errors.with_query(address, {"state": state} if state else {})
