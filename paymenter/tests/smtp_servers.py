"""SMTP servers on loopback: one that behaves, and some that do not."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope


class Handler:
    """Keeps what it takes. `answers` are given instead, by recipient or for `DATA` and `MAIL`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, list[str]] = {}
        self.greetings: list[str] = []
        self.encrypted: list[bool] = []  # of each mail, whether it came so

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self._answer(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if answer := self._answer("DATA"):
            return answer
        content = envelope.original_content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.envelopes.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("cipher") is not None)
        return "250 OK"

    def _answer(self, what: str) -> str | None:
        waiting = self.answers.get(what)
        return waiting.pop(0) if waiting else None


class _Controller(Controller):
    """Hangs up before it stops, as encrypted connections need a turn of its loop to end."""

    def __init__(self, *args: Any, **given: Any) -> None:
        self._protocols: list[Any] = []
        super().__init__(*args, **given)

    def factory(self) -> Any:
        made = super().factory()
        self._protocols.append(made)
        return made

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(5)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for transport in filter(None, (made.transport for made in self._protocols)):
            transport.abort()
        await asyncio.sleep(0.01)


@contextmanager
def smtp_server(**given: Any) -> Iterator[tuple[Handler, int]]:
    """What it takes, and its port."""
    handler = Handler()
    controller = _Controller(handler, hostname="127.0.0.1", port=_free_port(), **given)
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


def only(username: str, password: str) -> dict[str, Any]:
    """For smtp_server: who may log in."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (username.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return {"authenticator": check, "auth_required": True, "auth_require_tls": False}


Conversation = Callable[[socket.socket], None]


@contextmanager
def raw_server(*conversations: Conversation) -> Iterator[int]:
    """Each connection is led by the next conversation, the last one by all that follow."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    left = list(conversations)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            talk = left.pop(0) if len(left) > 1 else left[0]
            threads.append(threading.Thread(target=_lead, args=(connection, talk), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)


def _lead(connection: socket.socket, talk: Conversation) -> None:
    with connection, suppress(OSError):
        talk(connection)


def script(*answers: str | None) -> Conversation:
    """Greets with the first answer and gives the next one for each line; None ends the connection
    at once, `...` reads without ever answering. After `354` it reads the whole mail."""

    def talk(connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        for place, answer in enumerate(answers):
            if place and not _read(reader, answers[place - 1]):
                return
            if answer is None:
                return
            if answer == "...":
                while connection.recv(65536):
                    pass
                return
            connection.sendall(answer.encode() + b"\r\n")
        reader.readline()

    return talk


def _read(reader: Any, before: str | None) -> bool:
    if before and before.startswith("354"):
        while (line := reader.readline()) != b".\r\n":
            if not line:
                return False
        return True
    return bool(reader.readline())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
