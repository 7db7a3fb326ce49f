"""The SQL that makes the tables."""

from paymenter.db.fields import SQLITE
from paymenter.db.schema.description import (
    BINARY,
    TEXT,
    Column,
    ForeignKey,
    Index,
    Table,
    expected,
)


def create_statements(vendor: str, *, collation: str = TEXT, uuid: bool = True) -> list[str]:
    """One statement for each table and, on SQLite, each index.

    `collation` and `uuid` (MariaDB's own type, from 10.7) say what the server can do.
    """
    tables = expected(vendor)
    if vendor == SQLITE:
        return [text for table in tables for text in (_sqlite(table), *_sqlite_indexes(table))]
    texts = [_mariadb(table, collation) for table in tables]
    return texts if uuid else [text.replace("` uuid ", "` char(36) ") for text in texts]


def _mariadb(table: Table, collation: str) -> str:
    checks = {check.column: check.clause for check in table.checks}
    lines = [_mariadb_column(column, checks.get(column.name)) for column in table.columns]
    lines.append(f"PRIMARY KEY ({_list(table.primary_key, '`')})")
    lines += [_mariadb_index(index) for index in table.indexes]
    lines += [_foreign_key(key, "`") for key in table.foreign_keys]
    options = f"ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={collation}"
    return f"CREATE TABLE `{table.name}` (\n  " + ",\n  ".join(lines) + f"\n) {options}"


def _mariadb_column(column: Column, check: str | None) -> str:
    parts = [f"`{column.name}`", column.type]
    if column.collation == BINARY:
        parts.append(f"CHARACTER SET utf8mb4 COLLATE {BINARY}")
    parts.append("NULL" if column.nullable else "NOT NULL")
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.auto:
        parts.append("AUTO_INCREMENT")
    if check:
        parts.append(f"CHECK ({check})")
    return " ".join(parts)


def _mariadb_index(index: Index) -> str:
    kind = "UNIQUE KEY" if index.unique else "KEY"
    return f"{kind} `{index.name}` ({_list(index.columns, '`')})"


def _foreign_key(key: ForeignKey, quote: str) -> str:
    def name(text: str) -> str:
        return f"{quote}{text}{quote}"

    text = (
        f"CONSTRAINT {name(key.name)} FOREIGN KEY ({name(key.column)}) "
        f"REFERENCES {name(key.table)} ({name(key.target)})"
    )
    for event, rule in (("DELETE", key.on_delete), ("UPDATE", key.on_update)):
        if rule != "RESTRICT":
            text += f" ON {event} {rule}"
    return text


def _sqlite(table: Table) -> str:
    """One line for each column: paymenter.db.schema.live reads collations and checks from it."""
    checks = {check.column: check.clause for check in table.checks}
    lines = [_sqlite_column(column, checks.get(column.name)) for column in table.columns]
    if not any(column.auto for column in table.columns):
        lines.append(f"PRIMARY KEY ({_list(table.primary_key, chr(34))})")
    lines += [_foreign_key(key, '"') for key in table.foreign_keys]
    return f'CREATE TABLE "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _sqlite_column(column: Column, check: str | None) -> str:
    parts = [f'"{column.name}"', column.type, "NULL" if column.nullable else "NOT NULL"]
    if column.auto:  # as in MariaDB, an id is never given out twice
        parts.append("PRIMARY KEY AUTOINCREMENT")
    if column.default is not None:
        parts.append(
            f"DEFAULT {column.default.replace('current_timestamp()', 'CURRENT_TIMESTAMP')}"
        )
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    if check:
        parts.append(f"CHECK ({check})")
    return " ".join(parts)


def _sqlite_indexes(table: Table) -> list[str]:
    return [
        f'CREATE {"UNIQUE " if index.unique else ""}INDEX "{index.name}" '
        f'ON "{table.name}" ({_list(index.columns, chr(34))})'
        for index in table.indexes
    ]


def _list(names: tuple[str, ...], quote: str) -> str:
    return ", ".join(f"{quote}{name}{quote}" for name in names)
