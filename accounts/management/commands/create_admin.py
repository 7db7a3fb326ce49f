"""`manage.py create_admin`: somebody who may do everything in the staff console."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.staff import grant_admin
from accounts.models import User
from paymenter.actor import SYSTEM
from paymenter.errors import Refused


class Command(BaseCommand):
    help = (
        "Make a user with the role admin. A user who exists gets the role and keeps the password, "
        "unless --password-stdin gives a new one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password-stdin", action="store_true", help="read it from there")
        parser.add_argument("--yes", action="store_true", help="do not ask about a user who exists")

    def handle(self, *, email: str, password_stdin: bool, yes: bool, **options: Any) -> None:
        user = User.objects.with_email(email)
        if user and not yes:
            self._confirm(user)
        password = None
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        elif not user:
            password = _ask()
        try:
            user, is_new = grant_admin(email, password, actor=SYSTEM)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        done = "was made with" if is_new else "now has"
        self.stdout.write(f"User {user.pk}, {user.email}, {done} the role admin.")

    def _confirm(self, user: User) -> None:
        if not sys.stdin.isatty():
            raise CommandError(f"{user.email} exists; say --yes to give this user the role admin.")
        answer = input(f"{user.email} exists as user {user.pk}. Give the role admin? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was changed.")


def _ask() -> str:
    if not sys.stdin.isatty():
        raise CommandError("No terminal to ask for the password on; say --password-stdin.")
    password = getpass("Password: ")
    if password != getpass("Again: "):
        raise CommandError("The two differ. Nothing was changed.")
    return password
