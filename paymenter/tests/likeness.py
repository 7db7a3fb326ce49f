"""Whether a value of ours is the recorded one, though it may be spelt otherwise."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

SECRETS = frozenset({"password", "tfa_secret"})  # we keep them out of audits
SLACK = timedelta(seconds=2)  # the recorder's clock went on, ours stands still

_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?")
_DIGITS = re.compile(r"(\d+)")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_CENT = Decimal("0.006")


@dataclass(frozen=True, slots=True)
class Likeness:
    """ids: by the id of a row that PHP stored, those that our new rows may have for it."""

    ids: Mapping[str, set[str]] = field(default_factory=dict)

    def alike(self, want: Any, got: Any) -> bool:
        """The same in a column or in a body; a moment may differ by SLACK."""
        if want == got:
            return True
        if isinstance(want, str) and isinstance(got, str):
            return self._texts(want, got)
        if want is None or got is None or isinstance(want, bool) != isinstance(got, bool):
            return False
        return _number(want) == _number(got) or self._is_id(str(want), str(got))

    def loosely(self, want: Any, got: Any) -> bool:
        """The same in an audit, which keeps what was sent: "2", 2, 2.00, or 1 and true."""
        if isinstance(want, dict) and isinstance(got, dict):
            names = (want.keys() | got.keys()) - SECRETS
            return all(self.loosely(want.get(n, ...), got.get(n, ...)) for n in names)
        if isinstance(want, list) and isinstance(got, list):
            return len(want) == len(got) and all(map(self.loosely, want, got))
        if self.alike(want, got):
            return True
        number = _number(want)
        return number is not None and number == _number(got)

    def echoed(self, want: Any, got: Any) -> bool:
        """PHP answers a write with what was sent, and null where the column has a default."""
        if want is None:
            return got != "absent"
        sent, stored = _number(want), _number(got)
        return sent is not None and stored is not None and abs(sent - stored) < _CENT

    def _texts(self, want: str, got: str) -> bool:
        if _STAMP.fullmatch(want) and _STAMP.fullmatch(got):
            return abs(_moment(want) - _moment(got)) <= SLACK
        if want[:1] in ("{", "[") and got[:1] in ("{", "["):
            return self._json(want, got)
        if "?" in want:  # the recorder read rows with a client of three bytes a character
            got = _BEYOND.sub("?", got)
        theirs, ours = _DIGITS.split(_path(want)), _DIGITS.split(_path(got))
        pairs = zip(theirs, ours, strict=False)
        return len(theirs) == len(ours) and all(e == a or self._is_id(e, a) for e, a in pairs)

    def _json(self, want: str, got: str) -> bool:
        try:
            return self.loosely(json.loads(want) or {}, json.loads(got) or {})
        except ValueError:
            return False

    def _is_id(self, want: str, got: str) -> bool:
        return got in self.ids.get(want, ())


def _path(text: str) -> str:
    """An address is the same on another host, however its query is encoded."""
    return unquote(re.sub(r"^https?://[^/]+", "", text))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.rstrip("Z"))


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(int(value) if isinstance(value, bool) else value))
    except InvalidOperation:
        return None
