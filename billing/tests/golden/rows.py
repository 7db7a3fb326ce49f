"""Rows of a case in the test database, and the ids that PHP's auto-increment would give next."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from billing.tests.golden.cases import Json, read
from paymenter import options

ABSENT = "<absent>"

_INSERT = re.compile(r"INSERT (?:IGNORE )?INTO `?(\w+)`?\s*\((.*?)\)", re.IGNORECASE | re.DOTALL)

Tables = dict[str, list[Json]]


@cache
def _base(path: Path) -> Tables:
    found: Tables = read(path)
    return found


def load(base: Path, initial: Tables, settings: dict[str, str | None]) -> None:
    """Exactly these rows; one with the key of a base row replaces it."""
    if connection.vendor == "sqlite":  # broken references are part of some cases
        connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
    with connection.constraint_checks_disabled():
        for table in {**_base(base), **initial}:
            kept = {_key(row): row for row in _base(base).get(table, [])}
            kept |= {_key(row): row for row in initial.get(table, [])}
            _store(table, list(kept.values()))
        for key, value in settings.items():
            _set(key, value)
    options.forget()


def _key(row: Json) -> Any:
    return next(iter(row.values()))


def _store(table: str, rows: list[Json]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {quote(table)}")
        if not rows:
            return
        names = list(rows[0])
        columns, marks = ", ".join(map(quote, names)), ", ".join(["%s"] * len(names))
        values = [[_stored(row[name]) for name in names] for row in rows]
        cursor.executemany(f"INSERT INTO {quote(table)} ({columns}) VALUES ({marks})", values)


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _set(key: str, value: str | None) -> None:
    name = connection.ops.quote_name("key")
    where = f"{name} = %s AND settingable_type IS NULL"
    with connection.cursor() as cursor:
        if value == ABSENT:
            cursor.execute(f"DELETE FROM settings WHERE {where}", [key])
            return
        cursor.execute(f"SELECT 1 FROM settings WHERE {where}", [key])
        if cursor.fetchone():
            cursor.execute(f"UPDATE settings SET value = %s WHERE {where}", [value, key])
        else:
            cursor.execute(
                f"INSERT INTO settings ({name}, value, type, encrypted) VALUES (%s, %s, %s, %s)",
                [key, value, "string", False],
            )


@contextmanager
def ids_behind_the_highest() -> Iterator[None]:
    """A transaction rolled back on MariaDB does not give its ids back; PHP's tables were fresh."""
    given: dict[str, int] = {}

    def number(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        match = _INSERT.match(sql)
        if match and "id" not in re.findall(r"\w+", match[2]):
            _number_next(given, match[1])
        return execute(sql, *rest)

    if connection.vendor == "sqlite":
        yield
        return
    with connection.execute_wrapper(number):
        yield


def _number_next(given: dict[str, int], table: str) -> None:
    raw = connection.connection.cursor()
    raw.execute(f"SHOW COLUMNS FROM `{table}` LIKE 'id'")
    if raw.fetchone():
        raw.execute(f"SELECT COALESCE(MAX(id), 0) FROM `{table}`")
        given[table] = max(int(raw.fetchone()[0]), given.get(table, 0)) + 1
        raw.execute(f"SET INSERT_ID = {given[table]}")
    raw.close()
