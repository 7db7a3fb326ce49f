"""`manage.py install`: make a database ready, whether empty or already Paymenter's."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from paymenter import seed
from paymenter.db import indexes, install, schema
from paymenter.db.install import Found, State


class Command(BaseCommand):
    help = (
        "Make the database ready. An empty one gets Paymenter's tables and the rows of a fresh "
        "installation; an existing Paymenter keeps all it has and only gets tables of our own. "
        "Anything else is refused and left as it is. Safe to run again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias in the settings")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would be done, with --verbosity 2 the SQL too; change nothing",
        )

    def handle(self, *, database: str, dry_run: bool, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        connection = connections[database]
        found = self._look(connection)
        self._refuse(found)
        if dry_run:
            self._announce(connection, found.state)
            return
        if found.state is State.EMPTY:
            install.create_tables(connection)
            indexes.create(connection)
            self._say(f"Made {len(schema.expected(connection.vendor))} tables.")
        if found.state in (State.EMPTY, State.UNSEEDED):
            planted = install.plant(connection, **_names())
            rows = ", ".join(f"{count} {table}" for table, count in planted.items())
            self._say(f"Added {rows}.")
        else:
            self._say("This is a Paymenter database: its tables and rows stay as they are.")
            if missing := indexes.missing(connection):
                self._say(f"{len(missing)} indexes would make it faster: `manage.py addindexes`.")
        pending = _pending(connection)
        call_command("migrate", database=database, interactive=False, verbosity=0)
        self._say(f"Our own tables: {len(pending)} migration(s) applied.")
        self._say("Ready. `manage.py checkschema` compares the database with the code.")

    def _look(self, connection: BaseDatabaseWrapper) -> Found:
        try:
            return install.look(connection)
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}") from error

    def _refuse(self, found: Found) -> None:
        names = ", ".join(found.tables[:10]) + (", …" if len(found.tables) > 10 else "")
        if found.state is State.INCOMPLETE:
            raise CommandError(
                f"Only a part of Paymenter's tables is here; {len(found.tables)} are missing: "
                f"{names}. Bring Paymenter up to date first, or take an empty database. "
                "Nothing was changed."
            )
        if found.state is State.FOREIGN:
            raise CommandError(
                f"This database belongs to something else; it has {len(found.tables)} unknown "
                f"table(s): {names}. Take an empty database. Nothing was changed."
            )

    def _announce(self, connection: BaseDatabaseWrapper, state: State) -> None:
        if state is State.EMPTY:
            self._say(f"Would make {len(schema.expected(connection.vendor))} tables.")
            self._say("\n\n".join(f"{text};" for text in install.statements(connection)), level=2)
        if state in (State.EMPTY, State.UNSEEDED):
            rows = seed.rows(seed.EPOCH, **_names())
            text = ", ".join(f"{len(records)} {table}" for table, records in rows.items())
            self._say(f"Would add {text}.")
        else:
            self._say("This is a Paymenter database: its tables and rows would stay as they are.")
        pending = ", ".join(_pending(connection)) or "none, all are there"
        self._say(f"Migrations for our own tables: {pending}.")
        self._say("Nothing was changed.")

    def _say(self, text: str, *, level: int = 1) -> None:
        if self.verbosity >= level:
            self.stdout.write(text)


def _pending(connection: BaseDatabaseWrapper) -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _names() -> dict[str, str]:
    return {"company_name": settings.APP_NAME, "app_url": settings.APP_URL}
