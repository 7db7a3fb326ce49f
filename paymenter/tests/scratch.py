"""An empty database beside the one of the tests, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS = "scratch"


@contextmanager
def scratch_database() -> Iterator[BaseDatabaseWrapper]:
    with TemporaryDirectory() as folder:
        name = _create(Path(folder))
        connections.settings[ALIAS] = {**connection.settings_dict, "NAME": name}
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            with suppress(AttributeError):
                del connections[ALIAS]
            del connections.settings[ALIAS]
            _remove(name)


def _create(folder: Path) -> str:
    if connection.vendor == "sqlite":
        return str(folder / "scratch.sqlite")
    name = f"{connection.settings_dict['NAME']}_scratch"
    collation = connection.settings_dict["OPTIONS"]["collation"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE {collation}")
    return name


def _remove(name: str) -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE `{name}`")
