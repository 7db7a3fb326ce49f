"""One mail as it goes over the wire: inlined HTML, a text beside it, headers that hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.policy import Compat32
from html import unescape
from io import BytesIO
from secrets import token_hex
from typing import Any

import css_inline
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError

from paymenter import options
from paymenter.laravel.emails import is_address
from paymenter.mail import plain_text
from paymenter.mail.failures import Permanent

_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
LINE = 76  # characters of a header
HEADERS = frozenset({"Message-ID", "In-Reply-To", "References", "Reply-To"})


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`subject` and `html` as email_logs holds them: escaped, styles not yet inlined."""

    to: str
    subject: str
    html: str
    headers: Mapping[str, str]
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachments: Sequence[Attachment] = field(default=())


def message(letter: Letter, *, sender: str) -> EmailMultiAlternatives:
    """Raises Permanent for an address that is none, and for line breaks in addresses or headers."""
    for address in (letter.to, *letter.cc, *letter.bcc):
        if not is_address(address):
            raise Permanent(f"{address!r} is no e-mail address.")
    made = EmailMultiAlternatives(
        subject=unescape(letter.subject),
        body=plain_text.of_html(letter.html),
        from_email=sender,
        to=[letter.to],
        cc=list(letter.cc),
        bcc=list(letter.bcc),
        headers={
            "Auto-Submitted": "auto-generated",
            "Content-Language": str(options.get("app_language", "en")).replace("_", "-"),
            **{name: value for name, value in letter.headers.items() if name in HEADERS},
        },
    )
    made.attach_alternative(inlined(letter.html), "text/html")
    for attachment in letter.attachments:
        made.attach(attachment.name, attachment.content, attachment.content_type)
    return made


def encoded(made: EmailMultiAlternatives) -> bytes:
    written = BytesIO()
    try:
        parts: Any = made.message()
        _bound(parts)
        BytesGenerator(written, mangle_from_=False, policy=_POLICY).flatten(parts)
    except (BadHeaderError, ValueError) as error:
        raise Permanent(f"The mail cannot be written: {error}") from None
    return written.getvalue()


def _bound(parts: Any) -> None:
    """Boundaries that no text holds by chance; the library would search the text for its own."""
    for part in parts.walk():
        if part.is_multipart():
            kind = part["Content-Type"]
            part.replace_header("Content-Type", f'{kind}; boundary="={token_hex(12)}="')


class _AsTheyAre(Compat32):
    """Headers that fit into their line need no folding."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        short = isinstance(value, str) and len(name) + len(value) < LINE
        if short and value.isascii() and value.isprintable():
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


_POLICY = _AsTheyAre(linesep="\r\n")


def inlined(html: str) -> str:
    """Styles at the elements that they are for; nothing is fetched. As it was where that fails."""
    try:
        return _INLINER.inline(html)
    except css_inline.InlineError:
        return html
