"""`manage.py create_api_key`: a key of the admin API, as the console makes them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.api_keys import create_api_key
from accounts.rules.permissions import API_KEY
from paymenter.actor import SYSTEM
from paymenter.errors import Refused


class Command(BaseCommand):
    help = "Make a key of the admin API. It is shown once: only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        rights = parser.add_mutually_exclusive_group(required=True)
        rights.add_argument("--all", action="store_true", help="every permission there is")
        rights.add_argument(
            "--permission",
            action="append",
            choices=API_KEY,
            metavar="PERMISSION",
            help="such as admin.users.view; may be repeated",
        )
        parser.add_argument("--ip", action="append", help="usable from there only; may be repeated")

    def handle(self, *, name: str, **options: Any) -> None:
        permissions = API_KEY if options["all"] else options["permission"]
        try:
            key, token = create_api_key(name, permissions, options["ip"] or (), actor=SYSTEM)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stderr.write(f"Key {key.pk}, {name}: note it now, it is not shown again.")
        self.stdout.write(token)
