"""`manage.py demo`: fill a freshly installed database with an invented shop."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from paymenter.db import zone
from paymenter.demo import access
from paymenter.demo.build import Built, build, is_empty
from paymenter.demo.size import Size
from paymenter.demo.staff import Secrets

_WIDTH = 40


class Command(BaseCommand):
    help = (
        "Fill a database that `manage.py install` has just made with an invented shop: clients, "
        "orders, services, invoices, payments, tickets, and staff to look at them. The same seed, "
        "size and date make the same rows, but for passwords and the API key."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add(
            "--scale",
            type=_positive,
            default=1,
            help="times 100 clients, 500 services, 1000 invoices",
        )
        add("--users", type=_positive, help="so many clients whatever the scale")
        add("--services", type=_natural, help="so many services whatever the scale")
        add("--invoices", type=_natural, help="so many invoices, if the services allow it")
        add("--seed", type=_natural, default=1, help="another number makes another shop")
        add("--date", type=date.fromisoformat, help="the day on which it is seen; today")
        add("--if-empty", action="store_true", help="do nothing, without complaint, elsewhere")
        add("--force", action="store_true", help="even where APP_ENV is production")
        add("--password", help="of the staff; without it a random one")
        add("--token", help="the API key; without it a random one")

    def handle(self, *, if_empty: bool, force: bool, **options: Any) -> None:
        reason = _objection(force=force)
        if reason and if_empty:
            return
        if reason:
            raise CommandError(reason)
        given = _secrets(options["password"], options["token"])
        size = Size.of(
            options["scale"],
            users=options["users"],
            services=options["services"],
            invoices=options["invoices"],
        )
        started = time.monotonic()
        built = build(
            size,
            seed=options["seed"],
            today=options["date"] or zone.naive(timezone.now()).date(),
            secrets=given,
            progress=self._progress(started) if options["verbosity"] else None,
        )
        is_kept = access.keep(given)
        if options["verbosity"]:
            self._report(built, time.monotonic() - started)
            self.stdout.write(access.greeting(given))
            if not is_kept:
                self.stdout.write("Note the password and the key: they are not shown again.")

    def _report(self, built: Built, seconds: float) -> None:
        self.stdout.write(
            f"{built.users} clients, {built.services} services, {built.invoices} invoices: "
            f"{built.rows} rows in {seconds:.1f} s, {built.rows / seconds:.0f} a second.\n"
        )

    def _progress(self, started: float) -> Callable[[float], None]:
        """A bar on a terminal, elsewhere a line for each quarter."""
        told = 0

        def on_terminal(part: float) -> None:
            bar = "=" * round(part * _WIDTH)
            end = "\n" if part >= 1 else ""
            self.stdout.write(f"\r[{bar:<{_WIDTH}}] {part:4.0%}", ending=end)
            self.stdout.flush()

        def in_lines(part: float) -> None:
            nonlocal told
            if int(part * 4) > told:
                told = int(part * 4)
                self.stdout.write(f"{part:4.0%} after {time.monotonic() - started:.0f} s")

        return on_terminal if self.stdout.isatty() else in_lines


def _objection(*, force: bool) -> str | None:
    if settings.APP_ENV == "production" and not force:
        return (
            "APP_ENV is production: this might be a real shop, so nothing was changed. "
            "Say --force if it is none."
        )
    if not is_empty():
        return (
            "There are users, products or invoices already; demo data is for a database that "
            "`manage.py install` has just made. Nothing was changed."
        )
    return None


def _secrets(password: str | None, token: str | None) -> Secrets:
    new = Secrets.new()
    return Secrets(password=password or new.password, token=token or new.token)


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text} is not a whole number")
    return int(text)


def _positive(text: str) -> int:
    if _natural(text) < 1:
        raise ArgumentTypeError("must be 1 or more")
    return int(text)
