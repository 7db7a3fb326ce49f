"""The bytes of a mail: what another program reads in them is what the letter says."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from paymenter.mail.messages import Attachment, Letter, encoded, message

pytestmark = pytest.mark.django_db

LINE = 78  # RFC 5322, 2.1.1
LONG = " ".join(["<one.of.many.references@shop.example>"] * 9)


def read(**given: Any) -> tuple[bytes, Any]:
    values = {"to": "ann@example.com", "subject": "Hi", "html": "<p>Hi</p>", "headers": {}}
    letter = Letter(**(values | given))
    written = encoded(message(letter, sender="Shöp <shop@example.com>"))
    return written, message_from_bytes(written, policy=default)


@pytest.mark.parametrize(
    "subject",
    [
        "Invoice 3",
        "Grüße",
        "a" * 67,  # with its name a whole line
        "a" * 68,
        "word " * 40 + "end",
        "Grüße " * 40 + "end",
    ],
)
def test_subject_is_read_as_it_was_written(subject):
    written, mail = read(subject=subject)
    assert str(mail["Subject"]).strip() == subject  # Python reads a fold after the name as a blank
    assert str(mail["From"]) == "Shöp <shop@example.com>"
    assert max(map(len, written.split(b"\r\n"))) <= LINE
    assert written.isascii()


def test_long_header_is_folded():
    written, mail = read(headers={"References": LONG})
    assert str(mail["References"]) == LONG
    assert max(map(len, written.split(b"\r\n"))) <= LINE


def test_every_line_ends_as_smtp_wants_it():
    written, _ = read(html="<p>a</p>\n<p>b</p>\r\n<p>c</p>")
    assert written.count(b"\n") == written.count(b"\r\n")
    assert written.count(b"\r") == written.count(b"\r\n")


def test_parts_have_boundaries_of_their_own():
    _, mail = read(attachments=[Attachment("Grüße.pdf", b"%PDF-1.7", "application/pdf")])
    inner, attached = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed"
    assert inner.get_content_type() == "multipart/alternative"
    assert mail.get_boundary() != inner.get_boundary()
    assert [part.get_content().strip() for part in inner.iter_parts()] == [
        "Hi",
        "<html><head></head><body><p>Hi</p></body></html>",
    ]
    assert (attached.get_filename(), attached.get_content()) == ("Grüße.pdf", b"%PDF-1.7")
