"""`manage.py welcome`: where the application is and how to get in; `bin/run` prints it."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import ApiKey, User
from paymenter.demo import access


class Command(BaseCommand):
    help = "Print the address, and how to get in: the demo's login and key, or how to make some."

    def handle(self, **options: Any) -> None:
        given = access.kept()
        self.stdout.write(access.greeting(given) if given else _directions())


def _directions() -> str:
    url = access.address()
    lines = [f"Staff console  {url}/admin/", f"API            {url}/docs"]
    if not User.objects.filter(role__isnull=False).exists():
        lines.append("Nobody can sign in yet:  manage.py create_admin EMAIL")
    if not ApiKey.objects.filter(enabled=True).exists():
        lines.append("There is no API key yet: manage.py create_api_key NAME --all")
    return "\n".join(lines)
