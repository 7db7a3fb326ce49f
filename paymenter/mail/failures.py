"""What goes wrong with mail, sorted by whether trying again can help, and what to do about it."""

import re
import smtplib
import ssl

MAX_TEXT = 2000


class MailError(Exception):
    """The message is for staff."""


class Temporary(MailError):
    """May succeed later, perhaps after staff have changed a setting."""


class Permanent(MailError):
    """This mail is never taken."""


_HINTS: tuple[tuple[str, str], ...] = (
    (
        r"\b53[0-9]\b|authenticat|credentials|username and password",
        "The server does not accept the user name and password: check mail_username and"
        " mail_password.",
    ),
    (
        r"timed? ?out",
        "The server did not answer in time: check mail_host and mail_port, and whether a firewall"
        " lets mail out.",
    ),
    (r"refused", "Nothing listens there: check mail_host and mail_port."),
    (
        r"name or service not known|getaddrinfo|nodename|temporary failure in name|no address",
        "The name of the server is not known: check mail_host for typing errors.",
    ),
    (
        r"starttls",
        "The server offers no encryption on this port: set mail_encryption to none, or to ssl with"
        " port 465.",
    ),
    (
        r"ssl|tls|certificate|wrong version",
        "The encrypted connection failed: check mail_encryption (tls with port 587, ssl with port"
        " 465) and the server's certificate.",
    ),
    (
        r"unreachable|could not connect|no route|reset by peer|closed|disconnected",
        "There is no connection to the server: check mail_host and mail_port.",
    ),
    (
        r"\b55[0-9]\b|no e-mail address|recipient|mailbox",
        "The server does not take this address: check the recipient and mail_from_address.",
    ),
)


def hint(text: str) -> str | None:
    """What staff could try, by the words of the error."""
    lowered = text.lower()
    return next((advice for pattern, advice in _HINTS if re.search(pattern, lowered)), None)


def explained(error: Exception) -> str:
    """The hint with the error itself behind it."""
    text = str(error)
    advice = hint(text)
    return f"{advice} ({text})" if advice else text


def connecting(error: Exception) -> Temporary:
    """Of an error before any recipient was named: the settings or the server are to blame."""
    return Temporary(_text(error))


def answered(code: int, answer: bytes | str, what: str) -> MailError:
    """Of an answer that is no success, to the recipient or to the text."""
    text = f"{what}: {code} {_decoded(answer)}"[:MAX_TEXT]
    return Permanent(text) if 500 <= code < 600 and code != 530 else Temporary(text)


def _text(error: Exception) -> str:
    match error:
        case smtplib.SMTPResponseException():
            text = f"{error.smtp_code} {_decoded(error.smtp_error)}"
        case TimeoutError():
            text = "the server timed out"
        case ssl.SSLError():
            text = f"TLS: {error}"
        case _:
            text = str(error) or type(error).__name__
    return text[:MAX_TEXT]


def _decoded(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())
