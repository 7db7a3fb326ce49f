"""Recorded requests of the real Paymenter, and how an answer of ours is compared with one.

A case holds the request, the answer, the rows that it changed, and where we answer otherwise on
purpose (docs/differences.md): `repaired` with the status that we want instead. compat/api/
overrides.json corrects a case by its id; null there means that the recording counts after all.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import connection
from django.test import Client

COMPAT = Path(__file__).resolve().parents[2] / "compat"
HOST = "127.0.0.1:8081"  # where Paymenter was recorded: its page addresses carry it

_HEADERS = ("allow", "www-authenticate", "location")

Same = Callable[[str, Any, Any], bool]  # path, wanted, got


@dataclass(frozen=True, slots=True)
class Case:
    """before: requests sent first. db: what they and the request changed, by table; `ignore`
    names tables that we change otherwise. recorded_on: the days of the recording."""

    id: str
    request: dict[str, Any]
    response: dict[str, Any]
    repaired: dict[str, Any] | None = None
    authorized: bool = True
    before: list[dict[str, Any]] = field(default_factory=list)
    db: dict[str, Any] | None = None
    ignore: list[str] = field(default_factory=list)
    recorded_on: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.id


@cache
def cases(prefix: str) -> list[Case]:
    """The recorded requests of files that begin so and need no write before them."""
    return [case for case in _all(prefix) if not case.before]


@cache
def sequences() -> list[Case]:
    """Those that do."""
    return [case for case in [*_all("read-"), *_all("write-")] if case.before]


@cache
def _all(prefix: str) -> list[Case]:
    found = []
    for path in sorted((COMPAT / "api").glob(f"{prefix}*.json")):
        content = json.loads(path.read_text())
        found += [_case(given, content.get("recorded_on", [])) for given in content["cases"]]
    return found


def _case(given: dict[str, Any], recorded_on: list[str]) -> Case:
    known = {name: given[name] for name in Case.__dataclass_fields__ if name in given}
    known |= {"recorded_on": recorded_on}
    if given["id"] in _overrides():
        known["repaired"] = _overrides()[given["id"]]["repaired"]
    return Case(**known)


@cache
def _overrides() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((COMPAT / "api" / "overrides.json").read_text())
    return found


def load_populated() -> None:
    """Puts the recorded installation (200 users, 1 524 invoices) into the database."""
    packed = (COMPAT / "database" / "populated.json.gz").read_bytes()
    tables = json.loads(gzip.decompress(packed))
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table, content in tables.items():
            cursor.execute(f"DELETE FROM {table}")
            names = ", ".join(connection.ops.quote_name(name) for name in content["columns"])
            marks = ", ".join(["%s"] * len(content["columns"]))
            if content["rows"]:
                sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
                cursor.executemany(sql, [tuple(row) for row in content["rows"]])


def send(client: Client, request: dict[str, Any]) -> Any:
    headers = {k: v for k, v in request["headers"].items() if k != "Content-Type"}
    target = request.get("url") or request["path"] + "?" + (request.get("query") or "")
    return client.generic(
        request["method"],
        target.split("?")[0],
        (request.get("body") or "").encode(),
        request["headers"].get("Content-Type", ""),
        headers={"Host": HOST, **headers},
        QUERY_STRING=target.partition("?")[2],
        RAW_URI=target,
    )


def differences(case: Case, response: Any, same: Same | None = None) -> list[str]:
    """What differs from the recording, repairs left out; empty when they agree."""
    want, same = case.response, same or equivalent
    if case.repaired:
        wanted = case.repaired
        fine = response.status_code == wanted.get("status", response.status_code)
        fine = fine and response.status_code < wanted.get("below", 600)
        return [] if fine else [f"status {response.status_code}, wanted {wanted}"]
    if want["status"] == 404 and not case.authorized and response.status_code in (401, 403):
        return []  # the key is checked before the id
    if want["status"] in (301, 302):
        return [] if response.status_code in (401, 422) else [f"status {response.status_code}"]
    if want["status"] != response.status_code:
        return [f"status: wanted {want['status']}, got {response.status_code} {response.content}"]
    headers = {name.lower(): value for name, value in want.get("headers", {}).items()}
    return _headers(headers, response) + _body(want, headers, response, same)


def _headers(want: dict[str, str], response: Any) -> list[str]:
    found = []
    for name in _HEADERS:
        theirs, ours = want.get(name, ""), response.headers.get(name, "")
        if name == "location":
            theirs, ours = urlsplit(theirs).path, urlsplit(ours).path
        found += compare(name, _parts(theirs), _parts(ours))
    return found


def _parts(header: str) -> set[str]:
    return {part.strip() for part in header.split(",")}


def _body(want: dict[str, Any], headers: dict[str, str], response: Any, same: Same) -> list[str]:
    if want.get("json") is None:
        unsaid = want.get("text") or not response.content  # a page of HTML is JSON with us
        return [] if unsaid else [f"body: wanted none, got {response.content!r}"]
    kind = headers["content-type"].split(";")[0]
    found = compare("content-type", kind, response.headers["Content-Type"].split(";")[0])
    return found + compare("body", want["json"], json.loads(response.content), same)


def compare(path: str, want: Any, got: Any, same: Same | None = None) -> list[str]:
    """The places where two values differ, but for leaves that are the `same`."""
    if isinstance(want, dict) and isinstance(got, dict):
        pairs = {f".{key}": (want.get(key, "absent"), got.get(key, "absent")) for key in want | got}
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = {f"[{n}]": pair for n, pair in enumerate(zip(want, got, strict=True))}
    else:
        fine = want == got or (same and same(path, want, got))
        return [] if fine else [f"{path}: wanted {want!r}, got {got!r}"]
    return [found for key, pair in pairs.items() for found in compare(path + key, *pair, same)]


def equivalent(path: str, want: Any, got: Any) -> bool:
    if path.endswith("meta.per_page"):
        return str(want) == str(got)  # ours is always a number
    if path == "body.message" and "Requested include(s)" in str(want):
        # the includes that need a permission with us are not in our list of allowed ones
        return str(want).split(" are not")[0] == str(got).split(" are not")[0]
    both = isinstance(want, str) and isinstance(got, str)
    return both and want.startswith("http") and unquote(want) == unquote(got)
