"""Making Paymenter's tables and first rows in an empty database, for `manage.py install`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from paymenter import seed
from paymenter.db import schema, zone
from paymenter.db.fields import SQLITE


class State(Enum):
    EMPTY = auto()
    UNSEEDED = auto()  # an install that stopped between tables and rows
    PAYMENTER = auto()
    INCOMPLETE = auto()
    FOREIGN = auto()


@dataclass(frozen=True, slots=True)
class Found:
    state: State
    tables: tuple[str, ...] = ()  # those missing (INCOMPLETE) or unknown (FOREIGN)


def look(connection: BaseDatabaseWrapper) -> Found:
    """What kind of database this is. Beside all of Paymenter's tables, others are extensions'."""
    wanted = {table.name for table in schema.expected(connection.vendor)}
    there = schema.table_names(connection)
    unknown = there - wanted - _our_tables()
    if not there & wanted:
        return Found(State.FOREIGN, tuple(sorted(unknown))) if unknown else Found(State.EMPTY)
    if missing := wanted - there:
        return Found(State.INCOMPLETE, tuple(sorted(missing)))
    return Found(State.PAYMENTER if _has_rows(connection, "migrations") else State.UNSEEDED)


def statements(connection: BaseDatabaseWrapper) -> list[str]:
    """What `create_tables` executes, fitted to the server."""
    if connection.vendor == SQLITE:
        return schema.create_statements(SQLITE)
    return schema.create_statements(
        connection.vendor, collation=_collation(connection), uuid=_version(connection) >= (10, 7)
    )


def create_tables(connection: BaseDatabaseWrapper) -> None:
    """All or nothing: MariaDB cannot roll tables back, so a failure drops those made before it."""
    texts = statements(connection)
    try:
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(text)
    except Exception:
        _drop(connection, reversed(schema.expected(connection.vendor)))
        raise


def plant(connection: BaseDatabaseWrapper, *, company_name: str, app_url: str) -> dict[str, int]:
    """Insert the rows of a fresh Paymenter, in one transaction; how many, by table."""
    now = zone.naive(timezone.now())
    rows = seed.rows(now, company_name=company_name, app_url=app_url)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table, records in rows.items():
            for record in records:
                cursor.execute(*_insert(connection, table, record))
    return {table: len(records) for table, records in rows.items()}


def _insert(connection: BaseDatabaseWrapper, table: str, row: seed.Row) -> tuple[str, list[Any]]:
    name = connection.ops.quote_name
    columns = ", ".join(map(name, row))
    places = ", ".join(["%s"] * len(row))
    values = [str(value) if isinstance(value, datetime) else value for value in row.values()]
    return f"INSERT INTO {name(table)} ({columns}) VALUES ({places})", values


def _our_tables() -> set[str]:
    """Tables of managed models: Django's, those of libraries, our own."""
    models = apps.get_models(include_auto_created=True)
    return {"django_migrations", *(m._meta.db_table for m in models if m._meta.managed)}


def _drop(connection: BaseDatabaseWrapper, tables: Iterable[schema.Table]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table.name)}")


def _has_rows(connection: BaseDatabaseWrapper, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
        return cursor.fetchone() is not None


def _collation(connection: BaseDatabaseWrapper) -> str:
    """That of the connection, as in Laravel; its default came with MariaDB 10.10."""
    chosen: str | None = connection.settings_dict["OPTIONS"].get("collation")
    return chosen or (schema.TEXT if _version(connection) >= (10, 10) else "utf8mb4_unicode_ci")


def _version(connection: BaseDatabaseWrapper) -> tuple[int, ...]:
    version: tuple[int, ...] = connection.mysql_version  # type: ignore[attr-defined]
    return version
