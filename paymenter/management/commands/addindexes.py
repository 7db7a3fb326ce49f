"""`manage.py addindexes`: indexes that large installations need, on Paymenter's tables."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections

from paymenter.db import indexes


class Command(BaseCommand):
    help = (
        "Add indexes of ours to Paymenter's tables: the daily run and the dashboard then take as "
        "long as what is due, not as what is stored. PHP does not notice them. InnoDB makes each "
        "while the tables stay in use. Safe to run again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias in the settings")
        parser.add_argument("--drop", action="store_true", help="remove them again")
        parser.add_argument("--dry-run", action="store_true", help="print the SQL, change nothing")

    def handle(self, *, database: str, drop: bool, dry_run: bool, **_: Any) -> None:
        connection = connections[database]
        if drop:
            found, statement, done = (
                indexes.present(connection),
                indexes.drop_statement,
                "dropped",
            )
        else:
            found, statement, done = (
                indexes.missing(connection),
                indexes.create_statement,
                "added",
            )
        for index in found:
            text = statement(connection, index)
            self.stdout.write(f"{text};" if dry_run else f"{index.name}: {index.serves}")
            if not dry_run:
                with connection.cursor() as cursor:
                    cursor.execute(text)
        self.stdout.write("Nothing was changed." if dry_run else f"{len(found)} {done}.")
