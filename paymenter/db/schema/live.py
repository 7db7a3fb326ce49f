"""What a live database really has, in the same description."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from paymenter.db.fields import SQLITE
from paymenter.db.schema.description import Check, Column, ForeignKey, Index, Table

Rows = Sequence[tuple[Any, ...]]

_COLUMNS = """
    SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name
    FROM information_schema.columns WHERE table_schema = DATABASE()
    ORDER BY table_name, ordinal_position"""
_INDEXES = """
    SELECT table_name, index_name, column_name, non_unique
    FROM information_schema.statistics WHERE table_schema = DATABASE()
    ORDER BY table_name, index_name, seq_in_index"""
_KEYS = """
    SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_name,
           k.referenced_column_name, r.delete_rule, r.update_rule
    FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r
      ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name
     AND r.constraint_name = k.constraint_name
    WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL"""
_CHECKS = """
    SELECT table_name, constraint_name, check_clause
    FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()"""

_LINE = re.compile(r'^\s*"(?P<name>[^"]+)" .*$', re.MULTILINE)
_COLLATE = re.compile(r"\bCOLLATE (\w+)")
_CHECK = re.compile(r"\bCHECK \((.*)\),?$")


def table_names(connection: BaseDatabaseWrapper) -> set[str]:
    return set(connection.introspection.table_names())


def read(connection: BaseDatabaseWrapper) -> dict[str, Table]:
    """All tables of the database, ours and others', by name."""
    return _sqlite(connection) if connection.vendor == SQLITE else _mariadb(connection)


def _mariadb(connection: BaseDatabaseWrapper) -> dict[str, Table]:
    columns, indexes, keys, checks = (
        _grouped(_fetch(connection, query)) for query in (_COLUMNS, _INDEXES, _KEYS, _CHECKS)
    )
    return {
        name: Table(
            name=name,
            columns=tuple(_mariadb_column(*row) for row in rows),
            primary_key=tuple(row[1] for row in indexes[name] if row[0] == "PRIMARY"),
            indexes=tuple(_mariadb_indexes(indexes[name])),
            foreign_keys=tuple(ForeignKey(*row) for row in keys[name]),
            checks=tuple(Check(column, clause) for column, clause in checks[name]),
        )
        for name, rows in columns.items()
    }


def _mariadb_column(
    name: str, kind: str, nullable: str, default: str | None, extra: str, collation: str | None
) -> Column:
    if default is None and nullable == "YES":  # as MySQL and old MariaDB say it
        default = "NULL"
    auto = "auto_increment" in extra
    return Column(name, kind, nullable == "YES", default, auto, collation)


def _mariadb_indexes(rows: Iterable[tuple[Any, ...]]) -> list[Index]:
    columns: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for name, column, non_unique in rows:
        if name != "PRIMARY":
            columns[name, not int(non_unique)].append(column)
    return [Index(name, tuple(names), unique) for (name, unique), names in columns.items()]


def _sqlite(connection: BaseDatabaseWrapper) -> dict[str, Table]:
    texts = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%%'"
    return {name: _sqlite_table(connection, name, sql) for name, sql in _fetch(connection, texts)}


def _sqlite_table(connection: BaseDatabaseWrapper, name: str, sql: str) -> Table:
    lines = {found["name"]: found.group() for found in _LINE.finditer(sql)}
    columns = _fetch(
        connection,
        "SELECT name, type, `notnull`, dflt_value, pk FROM pragma_table_info(%s)",
        name,
    )
    keys = _fetch(
        connection,
        "SELECT `from`, `table`, `to`, on_delete, on_update FROM pragma_foreign_key_list(%s)",
        name,
    )
    return Table(
        name=name,
        columns=tuple(_sqlite_column(row, lines.get(row[0], "")) for row in columns),
        primary_key=tuple(row[0] for row in sorted(columns, key=lambda row: row[4]) if row[4]),
        indexes=tuple(_sqlite_indexes(connection, name)),
        foreign_keys=tuple(_sqlite_key(name, *row) for row in keys),
        checks=tuple(
            Check(column, found[1])
            for column, line in lines.items()
            if (found := _CHECK.search(line))
        ),
    )


def _sqlite_column(row: tuple[Any, ...], line: str) -> Column:
    name, kind, not_null, default, key = row
    nullable = not not_null and not key
    if default is None and nullable:
        default = "NULL"
    if default == "CURRENT_TIMESTAMP":
        default = "current_timestamp()"
    collation = _COLLATE.search(line)
    auto = "AUTOINCREMENT" in line.upper()
    # SQLite 3.37 and later spell types that they know in capitals
    return Column(name, kind.lower(), nullable, default, auto, collation[1] if collation else None)


def _sqlite_indexes(connection: BaseDatabaseWrapper, table: str) -> list[Index]:
    found = _fetch(
        connection,
        "SELECT l.name, l.`unique`, i.name "
        "FROM pragma_index_list(%s) l, pragma_index_info(l.name) i "
        "WHERE l.origin <> 'pk' ORDER BY l.name, i.seqno",
        table,
    )
    columns: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for name, unique, column in found:
        columns[name, bool(unique)].append(column)
    return [Index(name, tuple(names), unique) for (name, unique), names in columns.items()]


def _sqlite_key(
    table: str, column: str, target: str, target_column: str, on_delete: str, on_update: str
) -> ForeignKey:
    """SQLite forgets the name of a constraint; Laravel's convention stands in."""
    rules = [rule.replace("NO ACTION", "RESTRICT") for rule in (on_delete, on_update)]
    return ForeignKey(f"{table}_{column}_foreign", column, target, target_column, *rules)


def _fetch(connection: BaseDatabaseWrapper, query: str, *params: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        rows: Rows = cursor.fetchall()
    return rows


def _grouped(rows: Rows) -> defaultdict[str, list[tuple[Any, ...]]]:
    groups: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for name, *rest in rows:
        groups[name].append(tuple(rest))
    return groups
