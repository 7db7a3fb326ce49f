"""Which IP addresses this machine may be sent to by what people type in."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

from django.core.exceptions import ImproperlyConfigured

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NO_HOSTS = IPv4Network("192.88.99.0/24")  # relays of 6to4, which nobody runs any more


def networks(name: str, texts: Iterable[str]) -> tuple[Network, ...]:
    """Those of the environment variable `name`; raises ImproperlyConfigured."""
    found = []
    for text in texts:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name}: {text} is no network; write 10.0.0.0/8 or 192.168.1.5"
            ) from None
    return tuple(found)


def is_among(address: Address, allowed: Iterable[Network]) -> bool:
    return any(
        form in network
        for form in (address, embedded(address))
        for network in allowed
        if form.version == network.version
    )


def is_public(address: Address) -> bool:
    """Whether it is one host of the internet, also when it is written inside an IPv6 address."""
    inner = embedded(address)
    if isinstance(inner, IPv6Address):
        return inner in _GLOBAL_UNICAST and inner.is_global and not inner.is_multicast
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or inner in _NO_HOSTS)


def embedded(address: Address) -> Address:
    """The IPv4 address that is reached by this IPv6 one (mapped, NAT64, 6to4), else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
