"""A neutral description of tables, and the one that our models ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models

from paymenter.db import fields
from paymenter.db.models import LaravelModel

BINARY = "utf8mb4_bin"
TEXT = "utf8mb4_uca1400_ai_ci"
SQLITE_TEXT = "laravel_ci"


@dataclass(frozen=True, slots=True)
class Column:
    """`default` is SQL as information_schema shows it: NULL, 'pending', 1; None for none."""

    name: str
    type: str
    nullable: bool
    default: str | None
    auto: bool = False
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    column: str
    table: str
    target: str
    on_delete: str
    on_update: str


@dataclass(frozen=True, slots=True)
class Check:
    column: str
    clause: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    indexes: tuple[Index, ...]
    foreign_keys: tuple[ForeignKey, ...]
    checks: tuple[Check, ...]


def laravel_models() -> list[type[LaravelModel]]:
    """The models that stand for a table of Laravel's, in no particular order."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, LaravelModel) and not model._meta.proxy
    ]


@cache
def expected(vendor: str) -> tuple[Table, ...]:
    """Every table comes after those that its foreign keys point to."""
    tables = {model._meta.db_table: _table(model, vendor) for model in laravel_models()}
    sorter = TopologicalSorter(
        {
            name: sorted({key.table for key in tables[name].foreign_keys} - {name})
            for name in sorted(tables)
        }
    )
    return tuple(tables[name] for name in sorter.static_order())


def _table(model: type[LaravelModel], vendor: str) -> Table:
    own: list[Any] = list(model._meta.local_concrete_fields)
    keys = tuple(_foreign_key(field) for field in own if _is_constrained(field))
    return Table(
        name=model._meta.db_table,
        columns=tuple(_column(field, vendor) for field in own),
        primary_key=(_column_name(model, "pk"),),
        indexes=_indexes(model, keys),
        foreign_keys=keys,
        checks=tuple(check for field in own for check in _checks(field, vendor)),
    )


def _column(field: Any, vendor: str) -> Column:
    return Column(
        name=field.column,
        type=field.column_type(vendor),
        nullable=field.null,
        default=_default(field),
        auto=isinstance(field, models.AutoField | models.BigAutoField),
        collation=_collation(field, vendor),
    )


def _default(field: Any) -> str | None:
    if getattr(field, "database_default", None):
        return str(field.database_default)
    if field.default is models.NOT_PROVIDED or callable(field.default):
        return "NULL" if field.null else None
    if isinstance(field.default, bool | int):
        return str(int(field.default))
    return "'{}'".format(str(field.default).replace("'", "''"))


def _collation(field: Any, vendor: str) -> str | None:
    if not field.is_text:
        return None
    if isinstance(field, fields.Json):
        return None if vendor == fields.SQLITE else BINARY
    return SQLITE_TEXT if vendor == fields.SQLITE else TEXT


def _checks(field: Any, vendor: str) -> list[Check]:
    column: str = field.column
    quote = '"' if vendor == fields.SQLITE else "`"
    name = f"{quote}{field.column}{quote}"
    if isinstance(field, fields.Json):
        valid = f"json_valid({name})"
        # old SQLite says that NULL is not valid
        loose = vendor == fields.SQLITE and field.null
        return [Check(column, f"{name} IS NULL OR {valid}" if loose else valid)]
    if isinstance(field, fields.Enum) and vendor == fields.SQLITE:
        values = ", ".join(f"'{value}'" for value in field.values)
        return [Check(column, f"{name} in ({values})")]
    return []


def _is_constrained(field: Any) -> bool:
    return isinstance(field, fields.ForeignKey) and field.is_constrained


def _foreign_key(field: Any) -> ForeignKey:
    table = field.model._meta.db_table
    return ForeignKey(
        name=f"{table}_{field.column}_foreign",
        column=field.column,
        table=field.target_field.model._meta.db_table,
        target=field.target_field.column,
        on_delete=str(field.rule),
        on_update=str(field.update_rule),
    )


def _indexes(model: type[LaravelModel], keys: tuple[ForeignKey, ...]) -> tuple[Index, ...]:
    """Declared ones, and those that MariaDB makes for foreign keys that no other index serves."""
    table = model._meta.db_table
    found = [
        Index(f"{table}_{field.column}_unique", (str(field.column),), unique=True)
        for field in model._meta.local_concrete_fields
        if field.unique and not field.primary_key
    ]
    for constraint in model._meta.constraints:
        assert isinstance(constraint, models.UniqueConstraint)
        found.append(Index(constraint.name, _columns(model, constraint.fields), unique=True))
    for index in model._meta.indexes:
        names = tuple(name for name, _ in index.fields_orders)
        found.append(Index(index.name, _columns(model, names)))
    served = {index.columns[0] for index in found}
    found += [Index(key.name, (key.column,)) for key in keys if key.column not in served]
    return tuple(found)


def _columns(model: type[LaravelModel], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_column_name(model, name) for name in names)


def _column_name(model: type[LaravelModel], name: str) -> str:
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return str(field.column)
