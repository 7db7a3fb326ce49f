"""`manage.py check_books`: does everything in the database agree with everything else?"""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from billing.books import CHECKS, GROUPS, Check
from billing.books.report import Json, Report, Text
from paymenter.db.snapshots import snapshot

_WIDTH = 30


class Command(BaseCommand):
    help = (
        "Prove the whole database: payments, credits and totals agree, no period is billed twice, "
        "invoice numbers have no gaps, no state contradicts another. Each finding names its rows, "
        "each check says what to do. Only reads, in one transaction; also the database of a "
        "Paymenter that knows nothing of this program. Exit status 1 when something is found."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--json", action="store_true", help="write a JSON object")
        add("--only", nargs="+", metavar="CODE", help="only these checks")
        add("--except", nargs="+", metavar="CODE", help="all but these", dest="but")
        add("--list", action="store_true", help="name the checks and what they mean; check nothing")
        add(
            "--limit",
            type=_natural,
            default=20,
            help="show so many findings of each check, 0 for all (20); all are counted anyway",
        )

    def handle(self, *, only: list[str] | None, but: list[str] | None, **options: Any) -> None:
        checks = _chosen(only, but)
        if options["list"]:
            self._list(checks)
            return
        report = self._report(options["json"], options["limit"] or None)
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}") from error
        with snapshot(connection):
            is_well = report.run(self._progress(checks))
        if not is_well:
            raise SystemExit(1)

    def _report(self, as_json: bool, limit: int | None) -> Report:
        if as_json:
            return Json(self.stdout.write, limit)
        subjects = {check.code: group.name for group in GROUPS for check in group.checks}
        return Text(self.stdout.write, limit, subjects=subjects)

    def _progress(self, checks: list[Check]) -> Iterable[Check]:
        """A bar on a terminal, beside what is written, even into a file."""
        return self._with_bar(checks) if self.stderr.isatty() else checks

    def _with_bar(self, checks: list[Check]) -> Iterator[Check]:
        for number, check in enumerate(checks):
            bar = "=" * (number * _WIDTH // len(checks))
            self.stderr.write(f"\r[{bar:<{_WIDTH}}] {check.code:<30}\r", ending="")
            self.stderr.flush()
            yield check
        self.stderr.write("\r" + " " * (_WIDTH + 33) + "\r", ending="")

    def _list(self, checks: list[Check]) -> None:
        for group in GROUPS:
            mine = [check for check in group.checks if check in checks]
            for check in mine:
                heading = f"{group.name}\n" if check is mine[0] else ""
                self.stdout.write(f"{heading}  {check.code}: {check.title}. {check.advice}")


def _chosen(only: list[str] | None, but: list[str] | None) -> list[Check]:
    unknown = [code for code in [*(only or ()), *(but or ())] if code not in CHECKS]
    if unknown:
        raise CommandError(f"No such check: {', '.join(unknown)}. --list names them all.")
    return [CHECKS[code] for code in only or CHECKS if code not in (but or ())]


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text} is not a whole number")
    return int(text)
