"""Where a live schema differs from the one that our models need, in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from paymenter.db import indexes
from paymenter.db.schema.description import (
    BINARY,
    Check,
    Column,
    ForeignKey,
    Index,
    Table,
    expected,
)
from paymenter.db.schema.live import read

_WIDTH = re.compile(r"\b(bigint|int|smallint|tinyint)\((?!1\))\d+\)")  # tinyint(1) is a boolean
_NONE = "missing"


@dataclass(frozen=True, slots=True)
class Difference:
    """`harmless`: nothing of ours depends on it (an added index, a column that may stay empty)."""

    table: str
    thing: str
    expected: str
    actual: str
    harmless: bool = False

    def __str__(self) -> str:
        return f"{self.table}: {self.thing} should be {self.expected}, is {self.actual}"


def problems(connection: BaseDatabaseWrapper) -> list[Difference]:
    """Compare the models with the database behind `connection`: four queries on MariaDB."""
    return differences(expected(connection.vendor), read(connection))


def differences(wanted: Iterable[Table], actual: Mapping[str, Table]) -> list[Difference]:
    found: list[Difference] = []
    for table in wanted:
        live = actual.get(table.name)
        if live is None:
            found.append(Difference(table.name, "table", "there", _NONE))
        else:
            found += _in_table(table, live)
    return found


def _in_table(table: Table, live: Table) -> list[Difference]:
    found = _in_columns(table, live)
    if table.primary_key != live.primary_key:
        found.append(
            Difference(table.name, "primary key", _text(table.primary_key), _text(live.primary_key))
        )
    found += _in_indexes(table, live)
    found += _in_named(
        table, "foreign key", _by_column(table.foreign_keys), _by_column(live.foreign_keys)
    )
    return found + _in_checks(table, live)


def _in_columns(table: Table, live: Table) -> list[Difference]:
    found = []
    there = {column.name: column for column in live.columns}
    for column in table.columns:
        if column.name not in there:
            found.append(Difference(table.name, f"column {column.name}", column.type, _NONE))
        else:
            found += _in_column(table.name, column, there.pop(column.name))
    for column in there.values():
        needed = column.default is None and not column.auto
        found.append(
            Difference(
                table.name, f"column {column.name}", "absent", column.type, harmless=not needed
            )
        )
    names, live_names = ([c.name for c in t.columns] for t in (table, live))
    if not found and names != live_names:
        found.append(
            Difference(
                table.name, "order of columns", _text(names), _text(live_names), harmless=True
            )
        )
    return found


def _in_column(table: str, column: Column, live: Column) -> list[Difference]:
    pairs: list[tuple[str, Any, Any]] = [
        ("type", *_types(column.type, live.type)),
        ("nullable", column.nullable, live.nullable),
        ("default", column.default, live.default),
        ("numbered by the database", column.auto, live.auto),
        ("collation", *_collations(column.collation, live.collation)),
    ]
    return [
        Difference(table, f"{thing} of column {column.name}", _text(wanted), _text(actual))
        for thing, wanted, actual in pairs
        if wanted != actual
    ]


def _types(wanted: str, actual: str) -> tuple[str, str]:
    """Display widths mean nothing, and before 10.7 MariaDB had char(36) for uuid."""
    if wanted == "uuid" and actual == "char(36)":
        return actual, actual
    wanted, actual = (_WIDTH.sub(r"\1", text) for text in (wanted, actual))
    return wanted, actual


def _collations(wanted: str | None, actual: str | None) -> tuple[str | None, str | None]:
    """PHP's DB_COLLATION decides which one; it only must not tell upper and lower case apart."""
    if wanted is None:
        return None, None  # a uuid kept in char(36)
    if wanted != BINARY and actual is not None and actual.endswith("_ci"):
        return actual, actual
    return wanted, actual


def _in_indexes(table: Table, live: Table) -> list[Difference]:
    """What counts is the columns; another name or one index more harms nobody."""
    wanted = {(index.columns, index.unique): index for index in table.indexes}
    there = {(index.columns, index.unique): index for index in live.indexes}
    found = []
    for key, index in wanted.items():
        actual = there.get(key)
        if actual is None:
            found.append(Difference(table.name, _index(index), f"named {index.name}", _NONE))
        elif actual.name != index.name:
            found.append(
                Difference(
                    table.name, _index(index), f"named {index.name}", actual.name, harmless=True
                )
            )
    found += [
        Difference(table.name, _index(index), "absent", f"there as {index.name}", not index.unique)
        for key, index in there.items()
        if key not in wanted and not index.name.startswith(indexes.PREFIX)
    ]
    return found


def _in_checks(table: Table, live: Table) -> list[Difference]:
    """Other databases may state a check their own way, so only missing ones are reported."""
    wanted: Mapping[str, Check] = {check.column: check for check in table.checks}
    there = {check.column: check for check in live.checks}
    return [
        Difference(
            table.name,
            f"check of column {name}",
            check.clause,
            there[name].clause if name in there else _NONE,
        )
        for name, check in wanted.items()
        if name not in there or there[name].clause != check.clause
    ]


def _in_named(
    table: Table, kind: str, wanted: Mapping[str, ForeignKey], actual: Mapping[str, ForeignKey]
) -> list[Difference]:
    return [
        Difference(
            table.name,
            f"{kind} of column {name}",
            _key(wanted.get(name)),
            _key(actual.get(name)),
            harmless=_same_effect(wanted.get(name), actual.get(name)),
        )
        for name in dict.fromkeys([*wanted, *actual])
        if wanted.get(name) != actual.get(name)
    ]


def _same_effect(wanted: ForeignKey | None, actual: ForeignKey | None) -> bool:
    def effect(key: ForeignKey | None) -> Any:
        return key and (key.column, key.table, key.target, key.on_delete, key.on_update)

    return bool(effect(wanted) == effect(actual))


def _by_column(keys: Iterable[ForeignKey]) -> dict[str, ForeignKey]:
    return {key.column: key for key in keys}


def _key(key: ForeignKey | None) -> str:
    if key is None:
        return "absent"
    rules = f"on delete {key.on_delete.lower()}, on update {key.on_update.lower()}"
    return f"{key.name} to {key.table}.{key.target} {rules}"


def _index(index: Index) -> str:
    return f"{'unique index' if index.unique else 'index'} on {_text(index.columns)}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value)
    return "none" if value is None else str(value)
