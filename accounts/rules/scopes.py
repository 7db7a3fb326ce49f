"""What an OAuth client may ask for, and what PKCE and redirect addresses must look like.

Paymenter: Passport::tokensCan in AppServiceProvider; league/oauth2-server for the rest.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

EVERYTHING = "*"
SCOPES: Mapping[str, str] = {"profile": "View your profile"}
METHODS = ("S256", "plain")

_PROOF = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?((?:[/?][!-~]*)?)", re.ASCII)


def asked_for(text: str | None) -> list[str]:
    """The names in a `scope` parameter, each once."""
    return list(dict.fromkeys((text or "").split()))


def unknown(names: Iterable[str]) -> str | None:
    """The first that nobody may ask for."""
    return next((name for name in names if name != EVERYTHING and name not in SCOPES), None)


def given(names: Iterable[str], *, to_user: bool) -> list[str]:
    """What a token gets; `*` only one that stands for no user."""
    return [name for name in names if name in SCOPES or (name == EVERYTHING and not to_user)]


def is_proof(text: str) -> bool:
    """A code challenge or verifier by RFC 7636."""
    return _PROOF.fullmatch(text) is not None


def proves(verifier: str, challenge: str, method: str) -> bool:
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(verifier.encode(), challenge.encode())


def is_registered(address: str, registered: Iterable[str]) -> bool:
    """The very same text; of a loopback address (RFC 8252) the port may differ."""
    local = _without_port(address)
    if local is None:
        return address in registered
    return local in [_without_port(other) for other in registered]


def _without_port(address: str) -> str | None:
    """None unless it is http on a loopback address."""
    found = _LOOPBACK.fullmatch(address)
    return found and f"{found[1]}{found[2]}"
