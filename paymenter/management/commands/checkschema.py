"""`manage.py checkschema`: does the database have what the code relies on?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from paymenter.db.schema import Difference, expected, problems


class Command(BaseCommand):
    help = (
        "Compare the tables, columns, indexes and foreign keys of the database with those that "
        "the code needs. Exit status 1 if they differ; harmless additions are only noted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias in the settings")
        parser.add_argument("--json", action="store_true", help="write a JSON list")

    def handle(self, *, database: str, json: bool, **_: Any) -> None:
        connection = connections[database]
        try:
            found = problems(connection)
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}") from error
        if json:
            self.stdout.write(_json(found))
        else:
            for difference in found:
                self.stdout.write(f"{'note: ' if difference.harmless else ''}{difference}")
        bad = [difference for difference in found if not difference.harmless]
        if bad:
            raise CommandError(f"{len(bad)} difference(s) between database and code.")
        if not json:
            self.stdout.write(
                f"{len(expected(connection.vendor))} tables are as the code needs them."
            )


def _json(found: list[Difference]) -> str:
    return json.dumps([asdict(difference) for difference in found], indent=2)
