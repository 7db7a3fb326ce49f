"""Laravel's signed URLs: HMAC-SHA256 over the absolute URL, keyed by the text of APP_KEY."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote, urlsplit

from paymenter.laravel.query_string import parse

RESERVED = frozenset({"signature", "expires"})
# Laravel: RouteUrlGenerator::$dontEncode
UNENCODED = "/@:;,=+!*|?&#%"


class Keys(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def previous_texts(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """`correct` is about the URL as it came, `valid` about the same path under our own root
    (Paymenter's rule: proxies may change the host) and the expiry."""

    valid: bool
    correct: bool
    not_expired: bool


def sign(url: str, *, keys: Keys, parameters: Mapping[str, object] | None = None) -> str:
    """`url` is absolute and without a query."""
    if RESERVED & (parameters or {}).keys():
        raise ValueError("signature and expires are added by signing")
    return _signed(url, keys, parameters or {})


def temporary(
    url: str,
    *,
    expires_at: datetime,
    keys: Keys,
    parameters: Mapping[str, object] | None = None,
) -> str:
    if RESERVED & (parameters or {}).keys():
        raise ValueError("signature and expires are added by signing")
    return _signed(url, keys, {**(parameters or {}), "expires": int(expires_at.timestamp())})


def verify(url: str, *, root: str, now: datetime, keys: Keys) -> Signature:
    """`root` is the shop's app_url; its scheme, host and path stand in for those of `url`."""
    base, _, query = url.partition("#")[0].partition("?")
    rest = "&".join(part for part in query.split("&") if part.partition("=")[0] != "signature")
    given = parse(query)
    signature = str(given.get("signature", ""))
    not_expired = _is_alive(given.get("expires", ""), now)
    ours = _matches(_rerooted(base, root), rest, signature, keys)
    return Signature(
        valid=ours and not_expired,
        correct=_matches(base, rest, signature, keys),
        not_expired=not_expired,
    )


def _signed(url: str, keys: Keys, parameters: Mapping[str, object]) -> str:
    if "?" in url or "#" in url:
        raise ValueError("pass the query as parameters")
    pairs = [pair for name in sorted(parameters) for pair in _pairs(name, parameters[name])]
    address = quote(url, safe=UNENCODED)
    signature = _hmac(f"{address}?{'&'.join(pairs)}".rstrip("?"), keys.text)
    return f"{address}?{'&'.join([*pairs, f'signature={signature}'])}"


def _pairs(name: str, value: object) -> Iterator[str]:
    """PHP's http_build_query, RFC 3986: nested names in brackets, None left out."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pairs(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _pairs(f"{name}[{index}]", item)
    elif value is not None:
        text = str(int(value)) if isinstance(value, bool) else str(value)
        yield f"{quote(name, safe='')}={quote(text, safe='')}"


def _matches(base: str, query: str, signature: str, keys: Keys) -> bool:
    original = f"{base.rstrip('/')}?{query}".rstrip("?")
    given = signature.encode("utf-8", "surrogatepass")
    texts = (keys.text, *keys.previous_texts)
    return any(hmac.compare_digest(_hmac(original, text).encode(), given) for text in texts)


def _hmac(url: str, key: str) -> str:
    message = url.encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def _rerooted(base: str, root: str) -> str:
    path = urlsplit(base).path
    folder = urlsplit(root).path.rstrip("/")
    if path == folder or path.startswith(f"{folder}/"):
        path = path[len(folder) :]
    return f"{root.rstrip('/')}/{path.strip('/')}"


def _is_alive(expires: object, now: datetime) -> bool:
    """Without `expires` a link lives for ever; a time that is no number is over."""
    if not expires:
        return True
    text = str(expires)
    return text.isascii() and text.isdigit() and now.timestamp() < int(text[:18]) + 1
