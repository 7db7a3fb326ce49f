"""Recorded requests of the real Paymenter, and how an answer of ours is compared with one.

A case holds the request, the answer, and where we answer otherwise on purpose
(docs/differences.md): `repaired` with the status that we want instead.
"""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.db import connection
from django.test import Client

COMPAT = Path(__file__).resolve().parents[2] / "compat"
HOST = "127.0.0.1:8081"  # where Paymenter was recorded: its page addresses carry it

_HEADERS = ("allow", "www-authenticate")


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    request: dict[str, Any]
    response: dict[str, Any]
    repaired: dict[str, Any] | None
    authorized: bool

    def __str__(self) -> str:
        return self.id


@cache
def cases(prefix: str) -> list[Case]:
    """The recorded requests of files that begin so and need no write before them."""
    found = []
    for path in sorted((COMPAT / "api").glob(f"{prefix}*.json")):
        for case in json.loads(path.read_text())["cases"]:
            if not case.get("before"):
                kept = case["id"], case["request"], case["response"], case.get("repaired")
                found.append(Case(*kept, case.get("authorized", True)))
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


def differences(case: Case, response: Any) -> list[str]:
    """What differs from the recording, repairs left out; empty when they agree."""
    want = case.response
    if case.repaired:
        wanted = case.repaired
        fine = response.status_code == wanted.get("status", response.status_code)
        fine = fine and response.status_code < wanted.get("below", 600)
        return [] if fine else [f"status {response.status_code}, wanted {wanted}"]
    if want["status"] == 404 and not case.authorized and response.status_code in (401, 403):
        return []  # the key is checked before the id
    if want["status"] == 302:
        return [] if response.status_code == 401 else [f"status {response.status_code}"]
    found = _compare("status", want["status"], response.status_code)
    headers = {name.lower(): value for name, value in want.get("headers", {}).items()}
    for name in _HEADERS:
        ours = {part.strip() for part in response.headers.get(name, "").split(",")}
        theirs = {part.strip() for part in headers.get(name, "").split(",")}
        found += _compare(name, theirs, ours)
    if want.get("json") is None:
        return found
    kind = headers["content-type"].split(";")[0]
    found += _compare("content-type", kind, response.headers["Content-Type"].split(";")[0])
    return found + _compare("body", want["json"], json.loads(response.content))


def _compare(path: str, want: Any, got: Any) -> list[str]:
    if isinstance(want, dict) and isinstance(got, dict):
        keys = {**want, **got}
        return [
            d
            for k in keys
            for d in _compare(f"{path}.{k}", want.get(k, "absent"), got.get(k, "absent"))
        ]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [
            d
            for n, pair in enumerate(zip(want, got, strict=True))
            for d in _compare(f"{path}[{n}]", *pair)
        ]
    if want == got or _equivalent(path, want, got):
        return []
    return [f"{path}: wanted {want!r}, got {got!r}"]


def _equivalent(path: str, want: Any, got: Any) -> bool:
    if path.endswith("meta.per_page"):
        return str(want) == str(got)  # ours is always a number
    if path == "body.message" and "Requested include(s)" in str(want):
        # the includes that need a permission with us are not in our list of allowed ones
        return str(want).split(" are not")[0] == str(got).split(" are not")[0]
    both = isinstance(want, str) and isinstance(got, str)
    return both and want.startswith("http") and unquote(want) == unquote(got)
