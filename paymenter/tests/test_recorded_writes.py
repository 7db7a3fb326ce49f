"""The write side agrees with what the real Paymenter answered and with the rows that it changed."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pytest
import time_machine
from django.test import Client

from paymenter import options
from paymenter.tests.changes import Baseline, Change, watched
from paymenter.tests.likeness import Likeness
from paymenter.tests.recordings import (
    Case,
    cases,
    compare,
    differences,
    equivalent,
    send,
    sequences,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]

UNCOMPARED = {"api_keys", "sessions", "cache", "cache_locks", "jobs"}  # last use of the key
# random by nature, or speaking of the client that sent the request
LOOSE_COLUMNS = {"password", "token", "uuid", "ulid", "ip_address", "user_agent", "url"} | {
    *("payload", "last_used_at", "body")
}
RECORDED = [case for case in cases("write-") if not case.id.startswith("oauth-")]  # accounts/tests

Ids = dict[str, set[str]]  # by the id of a row that PHP stored, those of ours


@pytest.fixture(scope="module")
def baseline(populated: None) -> Baseline:
    return Baseline()


@pytest.fixture(autouse=True)
def no_settings_of_another_moment() -> None:
    options.forget()


@pytest.mark.parametrize("case", [*RECORDED, *sequences()], ids=str)
def test_recorded_write_gets_the_answer_and_the_rows(
    case: Case, client: Client, baseline: Baseline
) -> None:
    ids: Ids = defaultdict(set)
    with time_machine.travel(moment(case), tick=False), watched() as writes:
        for request in case.before:
            note_new_record(request, send(client, translated(request, ids)), ids, baseline)
        response = send(client, translated(case.request, ids))
    ignored = UNCOMPARED | set(case.ignore)
    changes = {t: c for t, c in baseline.changes(writes).items() if t not in ignored}
    if case.repaired:
        assert differences(case, response) == []
        assert response.status_code < 400 or case.before or changes == {}
        return
    expected = {t: c for t, c in (case.db or {}).items() if t not in ignored and any(c.values())}
    note_new_rows(expected, changes, ids)
    assert differences(case, response, same_body(case, ids)) == []
    assert differing_rows(expected, changes, ids) == []


def test_new_rows_are_recorded() -> None:
    """The comparison compares something."""
    tables = [table for case in RECORDED for table in case.db or {}]
    assert len(tables) > 700
    assert {"audits", "invoices", "services", "notifications", "settings"} <= {*tables}


# The moment of a recording


def moment(case: Case) -> datetime:
    """The latest time that one of its rows was stored, else its day."""
    changed = (case.db or {}).values()
    inserted = chain(*(change.get("inserted") or [] for change in changed))
    updated = (row["after"] for row in chain(*(change.get("updated") or [] for change in changed)))
    found = [
        row[name]
        for row in chain(inserted, updated)
        for name in ("created_at", "updated_at")
        if row.get(name)
    ]
    stamp = max(found, default=f"{case.recorded_on[0]} 20:00:00")
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)


# MariaDB never gives an id twice, though a test be rolled back


def note_new_record(request: dict[str, Any], response: Any, ids: Ids, baseline: Baseline) -> None:
    """PHP's tables were fresh: its ids went on from the last one."""
    if request["method"] == "POST":
        assert response.status_code == 201
        record = response.json()["data"]
        table = request["path"].rsplit("/", 1)[1].replace("-", "_")
        ids[str(baseline.largest(table) + 1)].add(record["id"])


def note_new_rows(expected: dict[str, Any], changes: dict[str, Change], ids: Ids) -> None:
    """Both sides are in the order in which they were stored."""
    for table in expected.keys() & changes.keys():
        theirs = expected[table].get("inserted") or []
        for row, ours in zip(theirs, changes[table].inserted, strict=False):
            ids[str(row.get("id"))].add(str(ours.get("id")))


def translated(request: dict[str, Any], ids: Ids) -> dict[str, Any]:
    def ours(match: re.Match[str]) -> str:
        return next(iter(ids.get(match[0], {match[0]})))

    texts = {name: request[name] for name in ("path", "body") if request.get(name)}
    return request | {name: re.sub(r"\d+", ours, text) for name, text in texts.items()}


# Comparison


def same_body(case: Case, ids: Ids) -> Any:
    likeness, is_echo = Likeness(ids), case.request["method"] in ("POST", "PUT", "PATCH")

    def same(path: str, want: Any, got: Any) -> bool:
        if equivalent(path, want, got) or likeness.alike(want, got) and is_same_kind(want, got):
            return True
        return is_echo and ".attributes." in path and likeness.echoed(want, got)

    return same


def is_same_kind(want: Any, got: Any) -> bool:
    """A body's "10.00" is no 10, whatever a column makes of it."""
    return isinstance(want, str) == isinstance(got, str)


def differing_rows(expected: dict[str, Any], changes: dict[str, Change], ids: Ids) -> list[str]:
    likeness = Likeness(ids)

    def same(path: str, want: Any, got: Any) -> bool:
        if path.rpartition(".")[2] in LOOSE_COLUMNS and "absent" not in (want, got):
            return (want is None) == (got is None)
        return likeness.alike(want, got)

    want = {table: Change.recorded(change) for table, change in expected.items()}
    found = []
    for table in want.keys() | changes.keys():
        theirs, ours = want.get(table, Change()), changes.get(table, Change())
        found += compare(table, theirs.as_dict(), ours.as_dict(), same)
    return found
