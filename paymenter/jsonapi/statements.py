"""SELECTs that the ORM compiles once for each shape and that run many times with other keys.

Building a QuerySet costs more than the database takes to answer it; a shape is what columns, links,
order and conditions it has, and there are few of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from paymenter.jsonapi.memo import memoized
from paymenter.jsonapi.resource import Link, Resource

Row = tuple[Any, ...]

KEYS_AT_ONCE = 1000

_KEY = 1_234_567_890  # stands for the keys while a statement is compiled
_SPELLED = (_KEY, str(_KEY), str(UUID(int=_KEY)))


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, queryset: "QuerySet[Any, Any]") -> "Statement":
        try:
            sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:  # the ORM knows that no row can match
            return cls("", ())
        return cls(sql, tuple(params))

    def page(self, limit: int, offset: int) -> list[Row]:
        if not self.sql:
            return []
        return _fetch(f"{self.sql} LIMIT {limit:d} OFFSET {offset:d}", self.params)

    def first(self, limit: int) -> list[Row]:
        return _fetch(f"{self.sql} LIMIT {limit:d}", self.params) if self.sql else []

    def at(self, keys: Sequence[Any]) -> list[Row]:
        """The rows whose key is among `keys`, in the statement's order for each key."""
        here = next(i for i, value in enumerate(self.params) if value in _SPELLED)
        before, after = self.params[:here], self.params[here + 1 :]
        rows: list[Row] = []
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            marks = ", ".join(["%s"] * len(some))
            sql = self.sql.replace("IN (%s)", f"IN ({marks})", 1)
            bound = (str(key) if isinstance(key, UUID) else key for key in some)
            rows += _fetch(sql, (*before, *bound, *after))
        return rows


@memoized
def index_statement(
    resource: type[Resource], columns: tuple[str, ...], order: tuple[str, ...]
) -> Statement:
    return Statement.of(rows_of(resource.model).order_by(*order).values_list(*columns))


@memoized
def key_statement(resource: type[Resource], columns: tuple[str, ...]) -> Statement:
    return Statement.of(rows_of(resource.model).filter(pk__in=[_KEY]).values_list(*columns))


@memoized
def link_statement(link: Link, columns: tuple[str, ...]) -> Statement:
    conditions = {**dict(link.where), f"{link.child}__in": [_KEY]}
    queryset = rows_of(link.target.model).filter(**conditions)
    order = link.order if link.many else ()
    return Statement.of(queryset.order_by(*order).values_list(*columns))


@memoized
def value_statement(model: type[Model], column: str) -> Statement:
    """The column's own value where it equals a key."""
    queryset = rows_of(model).filter(**{f"{column}__in": [_KEY]})
    return Statement.of(queryset.values_list(column))


def rows_of(model: type[Model]) -> "QuerySet[Any]":
    return model._default_manager.all()


def _fetch(sql: str, params: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Row] = list(cursor.fetchall())
        return rows
