"""Which rows of Laravel's tables a request changed, whatever wrote them."""

import re
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from paymenter.db import schema

Row = dict[str, Any]
Rows = dict[str, Row]  # by primary key

_WRITE = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)"
    r"\s+[`\"]?(\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one table: whole new rows, the changed columns by key, the lost keys."""

    inserted: list[Row] = field(default_factory=list)
    updated: Rows = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    @classmethod
    def recorded(cls, given: Row) -> "Change":
        updated = {str(row["pk"]): row["after"] for row in given.get("updated") or []}
        deleted = sorted(map(str, given.get("deleted") or []))
        return cls(given.get("inserted") or [], updated, deleted)

    def as_dict(self) -> dict[str, Any]:
        return {"inserted": self.inserted, "updated": self.updated, "deleted": self.deleted}

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)


class Baseline:
    """The rows of all tables as they are now; the keys that foreign keys follow are known too."""

    def __init__(self) -> None:
        tables = schema.expected(connection.vendor)
        self._keys = {table.name: table.primary_key[0] for table in tables}
        self._rows = {name: self._read(name) for name in self._keys}
        self._followers: dict[str, set[str]] = {name: set() for name in self._keys}
        for table in tables:
            for key in table.foreign_keys:
                self._followers[key.table].add(table.name)

    def largest(self, table: str) -> int:
        """The highest id; PHP gave the next one to its next row."""
        return max(map(int, self._rows[table]), default=0)

    def changes(self, writes: "Writes") -> dict[str, Change]:
        """Of the tables written, and of those that the database itself may have changed."""
        named = (writes.written | self._reached(writes.deleted)) & self._keys.keys()
        found = {name: self._change(name) for name in sorted(named)}
        return {name: change for name, change in found.items() if change}

    def _reached(self, deleted: Set[str]) -> set[str]:
        found, waiting = set[str](), list(deleted)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._followers.get(name, ())
        return found

    def _change(self, table: str) -> Change:
        before, now = self._rows[table], self._read(table)
        if before == now:
            return Change()
        both = before.keys() & now.keys()
        return Change(
            inserted=[now[key] for key in now if key not in before],
            updated={
                key: {name: now[key][name] for name in now[key] if now[key][name] != old[name]}
                for key, old in before.items()
                if key in both and now[key] != old
            },
            deleted=sorted(before.keys() - now.keys()),
        )

    def _read(self, table: str) -> Rows:
        key, quote = self._keys[table], connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {quote(table)} ORDER BY {quote(key)}")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
        return {str(row[key]): row for row in rows}


@dataclass(frozen=True, slots=True)
class Writes:
    """The tables that statements named; `deleted` are those that lost rows."""

    written: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)


@contextmanager
def watched() -> Iterator[Writes]:
    found = Writes()

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if match := _WRITE.match(sql):
            found.written.add(match[1])
            if match[0].lstrip().upper().startswith("DELETE"):
                found.deleted.add(match[1])
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield found


def _plain(value: Any) -> Any:
    """As the recordings spell it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value
