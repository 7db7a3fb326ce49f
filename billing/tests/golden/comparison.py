"""How an outcome is compared with the recorded one.

Rows are compared column by column, keys included, but for audits, notifications and email_logs:
these as a set, as their order says nothing. Audits leave out where the request came from. Numbers
of PHP are binary floats: ours agree with them to 12 digits. What `<random>`, `<html>` and
`<payload>` stand for only has to be there.
"""

import json
import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from paymenter.laravel.crypt import encrypter
from paymenter.rounding import rounded
from paymenter.tests.changes import Change

if TYPE_CHECKING:
    from billing.tests.golden.cases import Case
    from billing.tests.golden.harness import Outcome

# of the platform, not of the operation
UNCOMPARED = frozenset({"sessions", "cache", "cache_locks", "jobs", "job_batches", "failed_jobs"})
UNORDERED = frozenset({"audits", "notifications", "email_logs"})
WITHOUT = {
    "audits": frozenset({"id", "url", "ip_address", "user_agent", "tags"}),
    # what was queued: whether it was sent by then is for the tests of the mails
    "email_logs": frozenset({"id", "status", "sent_at", "error", "job_uuid", "updated_at"}),
}

_REFUSED = frozenset({"validation", "display", "forbidden", "http", "exception", "error"})
_MASK = re.compile(r"<(random|html|payload)>")
_ENCRYPTED = re.compile(r"<encrypted:(.*)>", re.DOTALL)


def differences(case: "Case", outcome: "Outcome") -> list[str]:
    wanted = case.recorded["outcome"]
    found = _failure(wanted["exception"], outcome)
    if wanted["exception"] is None or case.recorded["operation"]["name"] == "sequence":
        found += compared("/return", wanted["return"], outcome.returned)
    found += _rows(wanted["db"], outcome.changes)
    if outcome.jobs is not None:
        jobs = [job for job in wanted["jobs"] if not job.get("queued_listener")]
        found += compared("/jobs", jobs, outcome.jobs)
    return [line for line in found if not line.startswith(case.ignored)] if case.ignored else found


def _failure(wanted: dict[str, Any] | None, outcome: "Outcome") -> list[str]:
    failure = outcome.failure
    if wanted is None or failure is None:
        same = wanted is None and failure is None
        told = failure and (failure.kind, failure.message, failure.errors)
        return [] if same else [f"/exception: wanted {wanted!r}, got {told!r}"]
    refused = failure.kind == "refused" and wanted["kind"] in _REFUSED
    found = [] if refused else compared("/exception/kind", wanted["kind"], failure.kind)
    if failure.message is not None:
        found += compared("/exception/message", wanted["message"], failure.message)
    if failure.errors is not None and not refused:
        found += compared("/exception/errors", wanted.get("errors") or {}, failure.errors)
    return found


# Rows


def _rows(wanted: dict[str, Any], changes: dict[str, Change]) -> list[str]:
    found = []
    for table in sorted((wanted.keys() | changes.keys()) - UNCOMPARED):
        theirs = Change.recorded(wanted.get(table, {}))
        found += _table(f"/db/{table}", table, theirs, changes.get(table, Change()))
    return found


def _table(path: str, table: str, theirs: Change, ours: Change) -> list[str]:
    found = compared(f"{path}/updated", theirs.updated, ours.updated)
    found += compared(f"{path}/deleted", theirs.deleted, ours.deleted)
    if table not in UNORDERED:
        return found + compared(f"{path}/inserted", theirs.inserted, ours.inserted)
    without = WITHOUT.get(table, frozenset({"id"}))
    return found + _as_sets(
        f"{path}/inserted",
        [_less(_read_anew(row), without) for row in theirs.inserted],
        [_less(row, without) for row in ours.inserted],
    )


def _read_anew(row: dict[str, Any]) -> dict[str, Any]:
    """An audit of a row that PHP made in the same request knows none of the column's defaults."""
    old: Any = row.get("old_values")
    new: Any = row.get("new_values")
    if (
        row.get("event") != "updated"
        or not isinstance(old, dict)
        or old.get("status", 0) is not None
    ):
        return row
    changed = {name: value for name, value in dict(new).items() if value is not None}
    kept = {name: old[name] for name in changed if name != "status"}
    return {**row, "old_values": {**kept, "status": "pending"}, "new_values": changed}


def _less(row: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _as_sets(path: str, wanted: list[Any], got: list[Any]) -> list[str]:
    left = list(got)
    found = []
    for row in wanted:
        match = next((other for other in left if not compared("", row, other, True)), None)
        if match is None:
            found.append(f"{path}: missing {row!r}")
        else:
            left.remove(match)
    return found + [f"{path}: unexpected {row!r}" for row in left]


# Values


def compared(path: str, wanted: Any, got: Any, loosely: bool = False) -> list[str]:
    """The places that differ. `loosely`: 10 is "10.00", as an audit keeps what was sent."""
    if isinstance(wanted, (dict, list)) and isinstance(got, str):
        got = _parsed(got)
    if not wanted and not got and isinstance(wanted, (dict, list)) and got in ([], {}):
        return []  # PHP's empty map is a list
    if isinstance(wanted, dict) and isinstance(got, dict):
        keys = sorted(wanted.keys() | got.keys(), key=str)
        pairs = [(key, wanted.get(key, ...), got.get(key, ...)) for key in keys]
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        pairs = [(n, w, g) for n, (w, g) in enumerate(zip(wanted, got, strict=True))]
    else:
        fine = _alike(wanted, got) or (loosely and _same_amount(wanted, got))
        return [] if fine else [f"{path}: wanted {wanted!r}, got {got!r}"]
    return [line for key, w, g in pairs for line in compared(f"{path}/{key}", w, g, loosely)]


def _alike(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, str):
        return _text_alike(wanted, got)
    if wanted is None or got is None or wanted is ... or got is ...:
        return wanted is got
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float, Decimal)):
        return math.isclose(wanted, got, rel_tol=1e-12, abs_tol=1e-9)
    return bool(wanted == got)


def _text_alike(wanted: str, got: Any) -> bool:
    if wanted == got:
        return True
    if _MASK.fullmatch(wanted):
        return bool(got)
    if match := _ENCRYPTED.fullmatch(wanted):
        return isinstance(got, str) and encrypter().decrypt_string(got) == match[1]
    if isinstance(got, (Decimal, int, float)) and not isinstance(got, bool):
        number = _number(wanted)  # a column of the database, or an amount that is not formatted
        return number is not None and number == rounded(Decimal(str(got)))
    return False


def _same_amount(wanted: Any, got: Any) -> bool:
    """An audit of PHP may tell a float that the column then rounds."""
    theirs, ours = _number(wanted), _number(got)
    if theirs is None or ours is None:
        return False
    return theirs == ours or (isinstance(wanted, float) and rounded(theirs) == ours)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(int(value) if isinstance(value, bool) else value))
    except InvalidOperation:
        return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
