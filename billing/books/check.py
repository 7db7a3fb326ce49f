"""What a check is: a question to the whole database, and the rows that answer it badly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from typing import Any

from django.db.models import Aggregate, QuerySet, TextField

from paymenter.db import zone

PAGE = 1000

Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """`ids` are those of `table`; what is missing altogether has none."""

    table: str
    ids: tuple[int | str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Check:
    """`find` gives rows, which `says` describes by names of their columns, or findings.

    Rows that stand for several have the column `ids` (`Ids`); their key is then `first`.
    """

    code: str
    title: str
    advice: str
    find: Callable[[], Rows | Iterator[Finding]]
    says: str = ""
    key: str = "pk"

    def findings(self, page: int = PAGE) -> Iterator[Finding]:
        """One after the other, never more than `page` rows in memory."""
        found = self.find()
        if not isinstance(found, QuerySet):
            yield from found
            return
        table, names = found.model._meta.db_table, sorted({self.key, *self._names()})
        for row in pages(found.values(*names), key=self.key, size=page):
            yield Finding(table, _ids(row, self.key), self.says.format_map(_readable(row)))

    def count(self) -> int:
        found = self.find()
        return found.count() if isinstance(found, QuerySet) else sum(1 for _ in found)

    def _names(self) -> set[str]:
        names = {name for _, name, _, _ in Formatter().parse(self.says) if name}
        return names if self.key == "pk" else {"ids", *names}


@dataclass(frozen=True, slots=True)
class Group:
    """Checks of one subject, in the order in which they are told."""

    name: str
    checks: list[Check] = field(default_factory=list)

    def check(
        self, title: str, advice: str, *, says: str = "", key: str = "pk"
    ) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Adds a check that has the function's name."""

        def add(find: Callable[[], Any]) -> Callable[[], Any]:
            code = find.__name__.replace("_", "-")
            self.checks.append(Check(code, title, advice, find, says, key))
            return find

        return add


class Ids(Aggregate):
    """The ids of a group, parted by commas."""

    function = "GROUP_CONCAT"
    output_field = TextField()


def pages(rows: Rows, *, key: str = "pk", size: int = PAGE) -> Iterator[dict[str, Any]]:
    """All rows in the order of `key`, which must be unique, `size` of them read at a time."""
    page = list(rows.order_by(key)[:size])
    while page:
        yield from page
        if len(page) < size:
            return
        page = list(rows.filter(**{f"{key}__gt": page[-1][key]}).order_by(key)[:size])


def _ids(row: dict[str, Any], key: str) -> tuple[int | str, ...]:
    if key == "pk":
        return (row["pk"],)
    return tuple(sorted(map(int, str(row["ids"]).split(","))))


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """Times as they are stored; a dash for what is not there."""
    return {name: _shown(value) for name, value in row.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return zone.naive(value)
    return "-" if value is None else value
