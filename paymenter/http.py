"""The one client for what goes out to addresses that people type in: webhooks, gateways.

    answer = http.post(url, content=b"{}", headers={"Content-Type": "application/json"})

Whatever the other side does, the call ends after `Limits.seconds`, holds at most `Limits.size`
bytes, and raises nothing but OutgoingError. The host is resolved once, each of its addresses is
checked, and the connection goes to a checked one, so that a name that changes its mind leads
nowhere; `Host`, SNI and certificate are those of the name. Private addresses are refused unless
OUTGOING_PRIVATE_NETWORKS names them, and only those may be spoken to without TLS.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings

from paymenter.addresses import Address, is_among, is_public

if TYPE_CHECKING:
    import httpx

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_URL = 2000  # characters
MAX_PORT = 65_535


class OutgoingError(Exception):
    """Its text is for staff."""


class AddressRefused(OutgoingError):
    """The URL, or where it leads, is not allowed; nothing was sent there."""


class NoAnswer(OutgoingError):
    """Nothing usable came back. Whether the other side did what was asked is unknown."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`connect` and `read` are seconds between two signs of life, `seconds` is for the whole."""

    connect: float = 5
    read: float = 10
    seconds: float = 15
    size: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` as it came, without any Content-Encoding undone; `is_cut`: there was more of it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    is_cut: bool
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


LIMITS = Limits()


def post(
    url: str, *, content: bytes, headers: Mapping[str, str] | None = None, limits: Limits = LIMITS
) -> Answer:
    """Follows no redirect: its answer is the 3xx."""
    return _sent("POST", url, content, headers, _Clock(limits))


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    redirects: int = 0,
) -> Answer:
    """Follows up to so many redirects, each address checked like the first; `headers` go to the
    first host only. The limits are for all of them together."""
    clock = _Clock(limits)
    for left in reversed(range(redirects + 1)):
        answer = _sent("GET", url, b"", headers, clock)
        target = answer.headers.get("location")
        if not left or answer.status not in REDIRECTS or not target:
            break
        there = urljoin(url, target)
        if _parsed(there).netloc != _parsed(url).netloc:
            headers = None
        url = there
    return answer


def check(url: str) -> None:
    """Raises AddressRefused for what would be refused now, NoAnswer where the name is unknown."""
    parsed = _parsed(url)
    _checked(parsed.host, parsed.port or 0, parsed.scheme, _Clock(Limits(seconds=LIMITS.connect)))


# -- the way there ---------------------------------------------------------------------------------


class _Clock:
    def __init__(self, limits: Limits) -> None:
        self.limits, self.began = limits, time.monotonic()

    def left(self, most: float) -> float:
        """Seconds that the next step may take; raises NoAnswer when time is up."""
        left = self.began + self.limits.seconds - time.monotonic()
        if left <= 0:
            raise NoAnswer(f"It took longer than {self.limits.seconds:g} seconds.")
        return min(left, most)

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began


def _sent(
    method: str, url: str, content: bytes, headers: Mapping[str, str] | None, clock: _Clock
) -> Answer:
    import httpcore
    import httpx

    from paymenter.transport import Transport

    parsed = _parsed(url)
    sent = {"User-Agent": "Paymenter", "Accept-Encoding": "identity", **(headers or {})}
    transport = Transport(lambda host, port: _checked(host, port, parsed.scheme, clock), clock)
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, timeout=None) as client,  # noqa: S113
            client.stream(method, parsed, content=content, headers=sent) as response,
        ):
            body, is_cut = _read(response.iter_raw(), clock.limits.size)
            return Answer(response.status_code, response.headers, body, is_cut, clock.spent)
    except (httpcore.TimeoutException, TimeoutError) as error:
        clock.left(0)
        raise NoAnswer("It kept silent for too long.") from error
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise NoAnswer(f"The connection failed: {error or type(error).__name__}") from error


def _read(chunks: Iterable[bytes], most: int) -> tuple[bytes, bool]:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > most:
            return bytes(found[:most]), True
    return bytes(found), False


def _parsed(url: str) -> "httpx.URL":
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise AddressRefused("This is no valid URL.") from None
    if b"%" in parsed.raw_host or (parsed.port or 0) > MAX_PORT:
        raise AddressRefused("This is no valid URL.")
    if len(url) > MAX_URL or parsed.scheme not in ("http", "https") or not parsed.host:
        raise AddressRefused(f"The URL must be an https address of up to {MAX_URL} characters.")
    if parsed.userinfo:
        raise AddressRefused("The URL must not hold a user name or password.")
    return parsed


def _checked(host: str, port: int, scheme: str, clock: _Clock) -> list[str]:
    """The addresses of the host, all of which may be spoken to."""
    found = list(dict.fromkeys(_resolved(host, port, clock)))
    allowed = settings.OUTGOING_PRIVATE_NETWORKS
    for address in found:
        own = is_among(address, allowed)
        if not own and not is_public(address):
            raise AddressRefused(
                f"{host} leads to {address}, which is no public address"
                " (OUTGOING_PRIVATE_NETWORKS allows networks of your own)."
            )
        if not own and scheme != "https":
            raise AddressRefused("The URL must begin with https://: what is sent is confidential.")
    return [str(address) for address in found]


def _resolved(host: str, port: int, clock: _Clock) -> Iterator[Address]:
    """The system's resolver knows no deadline, so it is asked in a thread that may be left."""
    found: list[Any] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(clock.left(clock.limits.connect))
    if not found:
        raise NoAnswer(f"There is no address for {host}.")
    for *_, place in list(found):
        yield ip_address(place[0])


@cache
def tls() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context(trust_env=False)
