"""INSERT and UPDATE, spelled once for each shape: a model and the fields stored.

`Model.save()` decides what is stored and how. Having the ORM build the statement anew for each row
costs more than the database takes to carry it out.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constants import OnConflict

Field: TypeAlias = "models.Field[Any, Any]"
Row = tuple[Any, ...]
Change = tuple[Field, Any]

SHAPES = 1024


class Conflict(NamedTuple):
    """Where a row with the same `unique` columns is there, its `replaced` ones become the new."""

    unique: tuple[str, ...]
    replaced: tuple[str, ...]


def can_return(using: str) -> bool:
    """Whether an INSERT answers with the id (MariaDB; SQLite from 3.35)."""
    return bool(connections[using].features.can_return_columns_from_insert)


def is_plain(fields: Iterable[Field], values: Iterable[Any]) -> bool:
    """Whether each value is a parameter of its own: no expression, no own placeholder."""
    return not any(hasattr(value, "resolve_expression") for value in values) and not any(
        hasattr(field, "get_placeholder") for field in fields
    )


def insert(record: models.Model, model: type[models.Model], using: str, stored: Row) -> Row:
    """Stores these fields of the record; what the database made up: its id, unless it had one."""
    connection: Any = connections[using]
    values = [
        field.get_db_prep_save(field.pre_save(record, add=True), connection) for field in stored
    ]
    with connection.cursor() as cursor:
        cursor.execute(insert_sql(model, using, stored), values)
        if not model._meta.db_returning_fields:
            return ()
        made: Row = connection.ops.fetch_returned_insert_columns(cursor, ())
        return made


def insert_all(records: Sequence[models.Model], conflict: Conflict | None = None) -> None:
    """New rows of one model by one statement: what the database makes up is not learnt."""
    if not records:
        return
    connection, model = connections[DEFAULT_DB_ALIAS], type(records[0])
    stored = tuple(f for f in model._meta.local_concrete_fields if f is not model._meta.auto_field)
    values = [
        field.get_db_prep_save(field.pre_save(record, add=True), connection)
        for record in records
        for field in stored
    ]
    with connection.cursor() as cursor:
        cursor.execute(insert_all_sql(model, stored, len(records), conflict), values)


def update(model: type[models.Model], using: str, key: Any, changes: Sequence[Change]) -> bool:
    """Whether there is a row with this key."""
    connection = connections[using]
    values = [field.get_db_prep_save(value, connection) for field, value in changes]
    values.append(model._meta.pk.get_db_prep_value(key, connection))
    with connection.cursor() as cursor:
        cursor.execute(update_sql(model, using, tuple(field for field, _ in changes)), values)
        return bool(cursor.rowcount > 0)


@lru_cache(maxsize=SHAPES)
def insert_sql(model: type[models.Model], using: str, fields: tuple[Field, ...]) -> str:
    ops: Any = connections[using].ops
    columns = ", ".join(ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    returning, _ = ops.return_insert_columns(model._meta.db_returning_fields)
    table = ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) {returning}".rstrip()


@lru_cache(maxsize=SHAPES)
def insert_all_sql(
    model: type[models.Model], fields: tuple[Field, ...], count: int, conflict: Conflict | None
) -> str:
    ops: Any = connections[DEFAULT_DB_ALIAS].ops
    columns = ", ".join(ops.quote_name(field.column) for field in fields)
    marks = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    table = ops.quote_name(model._meta.db_table)
    on = (OnConflict.UPDATE, conflict.replaced, conflict.unique) if conflict else (None, (), ())
    suffix = ops.on_conflict_suffix_sql(fields, *on)
    return f"INSERT INTO {table} ({columns}) VALUES {marks} {suffix}".rstrip()


@lru_cache(maxsize=SHAPES)
def update_sql(model: type[models.Model], using: str, fields: tuple[Field, ...]) -> str:
    name: Any = connections[using].ops.quote_name
    columns = ", ".join(f"{name(field.column)} = %s" for field in fields)
    table, key = name(model._meta.db_table), name(model._meta.pk.column)
    return f"UPDATE {table} SET {columns} WHERE {table}.{key} = %s"
