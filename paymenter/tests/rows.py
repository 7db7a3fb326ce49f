"""Puts the rows of a recorded case into the test database, as they were."""

import json
from functools import cache
from typing import Any

from django.db import connection

from paymenter import options
from paymenter.tests.formats import FORMATS

ABSENT = "<absent>"


@cache
def _base() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = json.loads((FORMATS / "base.json").read_text("utf-8"))
    return rows


def load_case(case: dict[str, Any]) -> None:
    """The rows of base.json, then those of the case; one with the same first column replaces."""
    if connection.vendor == "sqlite":  # references that do not exist yet
        connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
    with connection.constraint_checks_disabled():
        for tables in (_base(), case["initial"]):
            for table, rows in tables.items():
                for row in rows:
                    _store(table, row)
    for key, value in case["settings"].items():
        _set(key, value)
    options.forget()


def _store(table: str, row: dict[str, Any]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in row)
    marks = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        first, key = next(iter(row.items()))
        cursor.execute(f"DELETE FROM {quote(table)} WHERE {quote(first)} = %s", [key])
        values = [_json(value) for value in row.values()]
        cursor.execute(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", values)


def _set(key: str, value: str | None) -> None:
    name = connection.ops.quote_name("key")
    where = f"{name} = %s AND settingable_type IS NULL"
    with connection.cursor() as cursor:
        if value == ABSENT:
            cursor.execute(f"DELETE FROM settings WHERE {where}", [key])
        else:
            cursor.execute(f"UPDATE settings SET value = %s WHERE {where}", [value, key])


def _json(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value
