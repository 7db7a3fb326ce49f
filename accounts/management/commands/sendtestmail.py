"""`manage.py sendtestmail [ADDRESS]`: does mail leave this installation?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.system_mails import send_test_mail
from paymenter.errors import Refused


class Command(BaseCommand):
    help = "Send a test mail by the stored settings, and say what to do when it does not leave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", help="default: the setting system_email_address")

    def handle(self, *args: Any, address: str | None = None, **options: Any) -> None:
        try:
            sent_to = send_test_mail(address)
        except Refused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Sent to {sent_to}.")
