"""Which e-mail addresses Laravel's `email` rule accepts: RFC 5322 without asking the DNS.

It accepts `a@b`, comments, quoted local parts, address literals and letters of any script.
Blanks outside quotes, which it takes in odd places, are refused here.
"""

import re
import unicodedata

LONGEST_DOMAIN = 253  # bytes
LONGEST_LABEL = 63

_COMMENT = re.compile(r"\([^()@]*\)")
_QUOTED = re.compile(r'"(?:\\[^\0\r\n]|[^"\\\0\t\r\n])*"\Z')
_LITERAL = re.compile(r"\[[^\[\]\\\0\r\n]+\]\Z")
_FORBIDDEN_IN_LOCAL = frozenset('()<>[]:;@\\,". ')


def is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at) and _is_local(local) and _is_domain(domain)


def _is_local(text: str) -> bool:
    text = _COMMENT.sub("", text) if '"' not in text else text
    dots, quote, rest = text.partition('"')
    if quote:
        before = dots.removesuffix(".")
        return bool(_QUOTED.match(quote + rest)) and (not dots or before != dots and _atoms(before))
    return _atoms(text)


def _atoms(text: str) -> bool:
    """Words with single dots between them."""
    return all(atom and all(map(_may_stand_in_local, atom)) for atom in text.split("."))


def _may_stand_in_local(character: str) -> bool:
    if character.isascii():
        return character.isprintable() and character not in _FORBIDDEN_IN_LOCAL
    return unicodedata.category(character)[0] not in "SCZ"


def _is_domain(text: str) -> bool:
    if _LITERAL.match(text):
        return True
    if len(text.encode("utf-8", "replace")) > LONGEST_DOMAIN:
        return False
    last = text.rpartition(")")[2]
    if last != text and "." not in last:  # a comment in a domain stands before a dot
        return False
    plain = _COMMENT.sub("", text)
    return not plain.startswith("-") and all(map(_is_label, plain.split(".")))


def _is_label(text: str) -> bool:
    fine = all(map(_may_stand_in_domain, text)) and not text.endswith("-")
    return bool(text) and fine and _encoded_length(text) <= LONGEST_LABEL


def _may_stand_in_domain(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character == "-"
    return unicodedata.category(character)[0] in "LMN"


def _encoded_length(label: str) -> int:
    return len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))
