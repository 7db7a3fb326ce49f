"""Queries that the ORM compiles once and that run many times with other values.

    _BY_KEY = Prepared(lambda: Template.objects.filter(key=Slot("key"), enabled=True))
    template = _BY_KEY.first(key="new_invoice_created")

Building a QuerySet costs more than the database takes to answer it. What many records need of
other tables is a `Lookup`: within `remembering()` it is read ahead for all of them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.transaction import TransactionManagementError

_M = TypeVar("_M", bound=Model)


_memory: ContextVar[dict[Any, list[Any]] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """What is `steady` is asked for once until the block ends. For seconds, not for longer: what
    others change in the meantime is not seen."""
    if _memory.get() is not None:
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


class Slot(Expression):
    """Where a value comes in, never None: text or a number, or what `column` makes one of."""

    def __init__(self, name: str, column: "Field[Any, Any] | None" = None) -> None:
        super().__init__()
        self.name, self.column = name, column

    def of(self, values: Mapping[str, Any]) -> Any:
        value = values[self.name]
        return value if self.column is None else self.column.get_db_prep_value(value, connection)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]
    converters: dict[int, tuple[Any, Any]]
    locks: bool


class Prepared(Generic[_M]):
    """`query` is called at the first use; it selects columns of one model."""

    def __init__(self, query: Callable[[], QuerySet[_M]]) -> None:
        self._query = query

    def all(self, **values: Any) -> list[_M]:
        """The rows, each slot filled by its name."""
        compiled, model = self._compiled, self._model
        if compiled.locks and connection.get_autocommit():
            raise TransactionManagementError("Rows are locked within a transaction only.")
        params = [p.of(values) if isinstance(p, Slot) else p for p in compiled.params]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            rows = cursor.fetchall()
        return [model.from_db(connection.alias, compiled.names, _read(compiled, r)) for r in rows]

    def steady(self, **values: Any) -> list[_M]:
        """As `all`; within `remembering()` asked once for the same values."""
        memory = _memory.get()
        if memory is None:
            return self.all(**values)
        place = self, tuple(values.values())
        if place not in memory:
            memory[place] = self.all(**values)
        return memory[place]

    def first(self, **values: Any) -> _M | None:
        """The first of the rows; the query should ask for no more than that one."""
        return next(iter(self.all(**values)), None)

    def get(self, **values: Any) -> _M:
        """As `first`, but raises the model's DoesNotExist where there is none."""
        found = self.first(**values)
        if found is None:
            model: Any = self._model
            raise model.DoesNotExist(f"{model._meta.object_name} {values} does not exist.")
        return found

    @cached_property
    def _model(self) -> type[_M]:
        return self._query().model

    @cached_property
    def _compiled(self) -> _Compiled:
        query = self._query().query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns: list[Any] = [column for column, _, _ in compiler.select]
        return _Compiled(
            sql,
            tuple(params),
            tuple(column.target.attname for column in columns),
            compiler.get_converters(columns),
            query.select_for_update,
        )


class Lookup(Generic[_M]):
    """Rows by the value of one column, which is never None; `steady`, see Prepared."""

    def __init__(self, rows: Callable[[], QuerySet[_M]], column: str) -> None:
        self._rows, self._column = rows, column
        self._one = Prepared(self._query)

    def of(self, key: Any) -> list[_M]:
        return self._one.steady(key=key)

    def first(self, key: Any) -> _M | None:
        return next(iter(self.of(key)), None)

    def ahead(self, keys: Collection[Any]) -> None:
        """Within `remembering()`: one statement for all of them. Text may be found under another
        spelling: what is not found of it is asked for again."""
        memory = _memory.get()
        if memory is None or not keys:
            return
        found: dict[Any, list[_M]] = {key: [] for key in keys if isinstance(key, int)}
        for row in self._rows().filter(**{f"{self._column}__in": set(keys)}):
            found.setdefault(getattr(row, self._column), []).append(row)
        memory.update({(self._one, (key,)): rows for key, rows in found.items()})

    def _query(self) -> QuerySet[_M]:
        rows = self._rows()
        column: Any = rows.model._meta.get_field(self._column)
        return rows.filter(**{self._column: Slot("key", column)})


def _read(compiled: _Compiled, row: tuple[Any, ...]) -> list[Any]:
    values = list(row)
    for position, (functions, column) in compiled.converters.items():
        for convert in functions:
            values[position] = convert(values[position], column, connection)
    return values
