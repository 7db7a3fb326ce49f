"""What makes SQLite compare and search text as Paymenter's MariaDB does.

`laravel_ci` stands for utf8mb4_uca1400_ai_ci: no difference of case or accents, blanks at the end
do not count. `laravel_fold(x)` brings a text into the form in which LIKE agrees with it.
"""

import unicodedata
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.lookups import IContains, IEndsWith, IExact, IStartsWith

COLLATION = "laravel_ci"
FOLD = "laravel_fold"

_CACHED = 255  # characters; longer texts are compared rarely
_SAME = str.maketrans("øðđħłґךםןףץ", "oddhlгכמנפצ")  # the same letter to the collation
_OTHER = frozenset("йآأؤإئ")  # letters of their own although Unicode decomposes them
_SIGNS = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"  # in the collation's order, before all digits
_ORDER = str.maketrans({sign: chr(14 + rank) for rank, sign in enumerate(_SIGNS)})


def fold(text: str) -> str:
    """Without case and accents, letter by letter as LIKE works: `ß` is not `ss` there."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return "".join(map(_like_letter, _composed(text.lower()))).translate(_SAME)


def compare(left: str, right: str) -> int:
    if left == right:
        return 0
    first, second = _key(left), _key(right)
    return (first > second) - (first < second)


def alike(left: str, right: str) -> bool:
    """Whether MariaDB takes them for the same text."""
    return compare(left, right) == 0


def connect() -> None:
    """Teach every new SQLite connection, and Django's lookups, about the collation."""
    connection_created.connect(_prepare, dispatch_uid=COLLATION)
    for lookup in (IExact, IContains, IStartsWith, IEndsWith):
        folded = type(lookup.__name__, (_Folded, lookup), {})
        models.CharField.register_lookup(folded)
        models.TextField.register_lookup(folded)


class _Folded:
    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        self_: Any = self
        lhs, params = self_.process_lhs(compiler, connection)
        rhs, values = self_.process_rhs(compiler, connection)
        if self_.rhs_is_direct_value():
            values = [fold(value) for value in values]
        operator = self_.get_rhs_op(connection, rhs)
        return f"{FOLD}({lhs}) {operator}", [*params, *values]


def _prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_collation(COLLATION, compare)
        connection.connection.create_function(FOLD, 1, _fold, deterministic=True)


def _fold(value: Any) -> str | None:
    return None if value is None else fold(str(value))


def _key(text: str) -> str:
    return _cached_key(text) if len(text) <= _CACHED else _sort_key(text)


def _sort_key(text: str) -> str:
    if text.isascii() and text.isprintable():
        folded = text.lower()
    else:
        letters = map(_letter, _composed(text.casefold()))
        folded = "".join(letters).casefold().translate(_SAME)
    return folded.rstrip(" ").translate(_ORDER)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _like_letter(character: str) -> str:
    letter = _letter(character)
    return letter if len(letter) < 2 else character


_cached_key = lru_cache(maxsize=16384)(_sort_key)


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    if character in _OTHER:
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_digit(part) for part in parts if unicodedata.category(part) not in _SKIPPED)


_SKIPPED = {"Mn", "Me", "Cf"}


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    is_control = unicodedata.category(character) == "Cc" and character not in "\t\n\v\f\r"
    return "" if is_control else character
