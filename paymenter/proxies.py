"""The proxies in front of us: whose word about the client counts (Paymenter: TrustProxies)."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest, HttpResponse

from paymenter import options

Address = IPv4Address | IPv6Address

_DEFAULT_PORTS = {"http": "80", "https": "443"}


class TrustedProxies:
    """`X-Forwarded-*` count only from the addresses in `trusted_proxies` (`*`: from any peer)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if trusted := options.get("trusted_proxies"):
            entries = trusted if isinstance(trusted, list) else [str(trusted)]
            peer = request.META.get("REMOTE_ADDR", "")
            if "*" in entries or _among(peer, entries):
                _believe(request, peer, [*entries, peer] if "*" in entries else entries)
        return self.get_response(request)


def _believe(request: HttpRequest, peer: str, trusted: list[str]) -> None:
    meta = request.META
    meta["REMOTE_ADDR"] = _client(meta.get("HTTP_X_FORWARDED_FOR", ""), peer, trusted)
    if proto := _first(request, "PROTO").lower():
        meta["wsgi.url_scheme"] = "https" if proto in ("https", "on", "ssl", "1") else "http"
    if host := _first(request, "HOST"):
        meta["HTTP_HOST"] = host
    if port := _first(request, "PORT"):
        name = _without_port(meta.get("HTTP_HOST", ""))
        default = port == _DEFAULT_PORTS[meta.get("wsgi.url_scheme", "http")]
        meta["HTTP_HOST"] = name if default else f"{name}:{port}"
    if prefix := _first(request, "PREFIX").rstrip("/"):
        meta["SCRIPT_NAME"] = prefix
        request.path = prefix + request.path_info


def _first(request: HttpRequest, name: str) -> str:
    value: str = request.META.get(f"HTTP_X_FORWARDED_{name}", "")
    return value.split(",")[0].strip()


def _client(chain: str, peer: str, trusted: list[str]) -> str:
    """The last address of the chain that is no proxy of ours; the first one if all are."""
    addresses = [a for part in chain.split(",") if (a := _address(part))]
    others = [address for address in addresses if not _among(address, trusted)]
    return (others or addresses[:1] or [peer])[-1]


def _address(text: str) -> str | None:
    """An entry of the chain without brackets and port; None for what is no address."""
    text = text.strip()
    bare = text.split("]")[0].lstrip("[")
    for candidate in (bare, _without_port(text)):
        if _parsed(candidate):
            return candidate
    return None


def _without_port(text: str) -> str:
    name, _, port = text.rpartition(":")
    return name if name and port.isdigit() else text


def _among(address: str, networks: Iterable[str]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(_covers(network, parsed) for network in networks)


def _covers(network: str, address: Address) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False


def _parsed(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
