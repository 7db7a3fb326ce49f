"""The SMTP server of the settings table, and one connection to it that is kept.

Paymenter: App\\Providers\\SettingsProvider. Without `mail_host` the MAIL_* of .env count.
"""

import os
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from paymenter import options
from paymenter.mail.failures import MailError, Permanent, Temporary, answered, connecting

CONNECT = 10.0  # seconds
ANSWER = 30.0  # seconds for each answer of the server
MOST_MAILS = 100  # through one connection; many servers end it after some hundred
NOT_TAKEN = "The server refuses the mail"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_ENCRYPTIONS = {"tls": "tls", "starttls": "tls", "ssl": "ssl", "smtps": "ssl"}


@dataclass(frozen=True, slots=True)
class Server:
    """`mailer` is smtp or log; `encryption` is tls (STARTTLS), ssl or empty."""

    mailer: str
    host: str
    port: int
    username: str | None
    password: str | None
    encryption: str
    from_address: str
    from_name: str

    @property
    def sender(self) -> str:
        """Raises Temporary where no address is set, or one with a line break."""
        if not self.from_address or "@" not in self.from_address:
            raise Temporary("There is no sender: set mail_from_address.")
        if {"\r", "\n"} & set(self.from_address + self.from_name):
            raise Temporary("The sender has a line break: check mail_from_name.")
        return formataddr((self.from_name, self.from_address))


def current() -> Server:
    given: dict[str, Any] = settings.MAIL
    from_address = str(options.get("mail_from_address", given["from_address"] or ""))
    from_name = str(options.get("mail_from_name", given["from_name"] or ""))
    host = options.get("mail_host")
    if host is None:
        keys = ("mailer", "host", "port", "username", "password")
        values = {key: given[key] for key in keys} | {"encryption": given["encryption"] or ""}
        return Server(**values, from_address=from_address, from_name=from_name)
    encryption = _ENCRYPTIONS.get(str(options.get("mail_encryption", "")).lower(), "")
    port = options.integer("mail_port", 587)
    return Server(
        mailer="smtp",
        host=str(host),
        port=port,
        username=options.get("mail_username"),
        password=options.get("mail_password"),
        encryption="ssl" if encryption == "tls" and port == 465 else encryption,
        from_address=from_address,
        from_name=from_name,
    )


def own_host() -> str:
    """How we greet the server (Paymenter: the host of APP_URL)."""
    return urlsplit(str(settings.APP_URL)).hostname or "localhost"


class _Told:
    """Notes whether the text of a mail was begun: then nobody knows whether it was taken."""

    def __init__(self, *args: Any, **given: Any) -> None:
        self.in_data = False
        given["local_hostname"] = own_host()
        super().__init__(*args, **given)

    def data(self, msg: Any) -> Any:
        self.in_data = True
        return super().data(msg)  # type: ignore[misc]


class _Smtp(_Told, smtplib.SMTP):
    pass


class _SmtpSsl(_Told, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """Django's, greeting with our name. STARTTLS is a must but towards this very machine."""

    _partial_connection: Any  # what Django leaves open where STARTTLS or the login fails

    def __init__(self, server: Server) -> None:
        super().__init__(
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.encryption == "tls" and server.host not in LOOPBACK,
            use_ssl=server.encryption == "ssl",
            timeout=CONNECT,
        )
        self._optional_tls = server.encryption == "tls" and server.host in LOOPBACK

    @property
    def connection_class(self) -> Any:
        return partial(_SmtpSsl if self.use_ssl else _Smtp)

    def open(self) -> bool | None:
        username: Any = self.username
        self.username = ""
        opened = super().open()
        self.username = username
        smtp: Any = self.connection
        smtp.sock.settimeout(ANSWER)
        smtp.ehlo_or_helo_if_needed()
        if self._optional_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=self.ssl_context)
            smtp.ehlo()
        if username and self.password:
            smtp.login(username, self.password)
        return opened

    def drop(self) -> None:
        """Without a word to the server, which may not answer any more."""
        opened: tuple[Any, ...] = (self.connection, self._partial_connection)
        self.connection = self._partial_connection = None
        for smtp in filter(None, opened):
            smtp.close()


_CONNECTING = (OSError, smtplib.SMTPException, ssl.SSLError, UnicodeError)


class Connection:
    """To one server; opened when it is needed and again when the server ended it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._backend: Backend | None = None
        self._sent = 0
        self.used_at = time.monotonic()

    def send(self, sender: str, to: str, others: Sequence[str], text: bytes) -> dict[str, str]:
        """Raises Temporary or Permanent unless the server took the mail for `to`; which of the
        others it refused, with the reason. Nothing is sent to anybody when `to` is refused."""
        reused = self._backend is not None
        try:
            return self._attempt(sender, to, others, text)
        except Temporary as error:
            if not (reused and isinstance(error, _Lost) and not error.in_data):
                raise
        return self._attempt(sender, to, others, text)

    def close(self) -> None:
        backend, self._backend, self._sent = self._backend, None, 0
        if backend is not None:
            backend.drop()

    def _attempt(self, sender: str, to: str, others: Sequence[str], text: bytes) -> dict[str, str]:
        if self._sent >= MOST_MAILS:
            self._leave()
        smtp = self._opened()
        try:
            smtp.in_data = False
            refused = _transact(smtp, sender, to, others, text)
        except MailError:
            self._reset(smtp)
            raise
        except UnicodeError as error:
            self.close()
            raise Permanent(f"The address cannot be written for this server: {error}") from None
        except smtplib.SMTPDataError as error:
            self._reset(smtp)
            raise answered(error.smtp_code, error.smtp_error, NOT_TAKEN) from None
        except (OSError, smtplib.SMTPException) as error:
            in_data = smtp.in_data
            self.close()
            raise _Lost(str(connecting(error)), in_data=in_data) from None
        except BaseException:
            self.close()
            raise
        self._sent += 1
        self.used_at = time.monotonic()
        return refused

    def _opened(self) -> Any:
        if self._backend is None:
            backend = Backend(self.server)
            try:
                backend.open()
            except BaseException as error:
                backend.drop()
                if isinstance(error, _CONNECTING):
                    raise connecting(error) from None
                raise
            self._backend, self._sent = backend, 0
        return self._backend.connection

    def _reset(self, smtp: Any) -> None:
        """Ready for the next mail; a server that does not follow is left."""
        try:
            if smtp.rset()[0] != 250:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _leave(self) -> None:
        if self._backend is not None and self._backend.connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._backend.connection.quit()
        self.close()


class _Lost(Temporary):
    def __init__(self, text: str, *, in_data: bool) -> None:
        super().__init__(text)
        self.in_data = in_data


def _transact(
    smtp: Any, sender: str, to: str, others: Sequence[str], text: bytes
) -> dict[str, str]:
    sized = [f"size={len(text)}"] if smtp.does_esmtp and smtp.has_extn("size") else []
    code, answer = smtp.mail(_bare(sender), sized)
    if code != 250:
        raise _not_taken(code, answer, "The server refuses the sender")
    code, answer = smtp.rcpt(_bare(to))
    if code not in (250, 251):
        if code == 421:
            raise smtplib.SMTPServerDisconnected(f"421 {answer!r}")
        raise answered(code, answer, f"The server refuses {to}")
    refused = {}
    for other in others:
        code, answer = smtp.rcpt(_bare(other))
        if code not in (250, 251):
            refused[other] = str(answered(code, answer, "refused"))
    code, answer = smtp.data(text)
    if code != 250:
        raise answered(code, answer, NOT_TAKEN)
    return refused


def _not_taken(code: int, answer: bytes, what: str) -> Exception:
    """A refused sender is a matter of settings: other mails would fail alike."""
    if code == 421:
        return smtplib.SMTPServerDisconnected(f"421 {answer!r}")
    return Temporary(str(answered(code, answer, what)))


def _bare(address: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    return parseaddr(sanitize_address(address, "utf-8"))[1]


_kept = threading.local()


def connection(server: Server) -> Connection:
    """The one of this thread, as long as the settings stay."""
    found: Connection | None = getattr(_kept, "connection", None)
    if found is None or found.server != server or _kept.process != os.getpid():
        if found is not None and _kept.process == os.getpid():
            found.close()
        found = _kept.connection = Connection(server)
        _kept.process = os.getpid()
    return found


def close() -> None:
    """Ends the connection of this thread, if there is one."""
    found: Connection | None = getattr(_kept, "connection", None)
    if found is not None and _kept.process == os.getpid():
        found.close()
    _kept.connection = None
