"""How paymenter.http reaches the address that it has checked, under a deadline."""

import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import httpcore
import httpx

PIECE = 16 * 1024  # bytes written at once


class Clock(Protocol):
    @property
    def limits(self) -> Any: ...

    def left(self, most: float) -> float: ...


class Transport(httpx.BaseTransport):
    """`checked` gives the addresses of host and port that may be connected to, or raises."""

    def __init__(self, checked: Callable[[str, int], list[str]], clock: Clock) -> None:
        from paymenter.http import tls

        self._pool = httpcore.ConnectionPool(
            ssl_context=tls(), network_backend=_Backend(checked, clock), max_connections=1
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method, url, headers=request.headers.raw, content=request.stream
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, checked: Callable[[str, int], list[str]], clock: Clock) -> None:
        self._inner = httpcore.SyncBackend()
        self._checked, self._clock = checked, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """To the first of the addresses that answers."""
        *others, last = self._checked(host, port)
        for address in others:
            try:
                return self._connected(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(last, port)

    def _connected(self, address: str, port: int) -> httpcore.NetworkStream:
        seconds = self._clock.left(self._clock.limits.connect)
        return _Stream(self._inner.connect_tcp(address, port, timeout=seconds), self._clock)


class _Stream(httpcore.NetworkStream):
    """No step takes longer than what is left of the whole request's time."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._inner.write(buffer[start : start + PIECE], self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._clock.left(self._clock.limits.connect)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _left(self) -> float:
        return self._clock.left(self._clock.limits.read)
