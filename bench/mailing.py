"""An SMTP server process and a database file for bench/kills.py and bench/mails.py.

As a program: `python bench/mailing.py PORT FILE SECONDS` is the server. It notes the Message-ID of
each mail before it answers, and takes SECONDS for each.
"""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Noting:
    def __init__(self, path: Path, seconds: float) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._answers = os.open(answers_of(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._seconds = seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        found = _ID.search(envelope.original_content)
        key = found[1] if found else b"?"
        os.write(self._file, key + b"\n")
        time.sleep(self._seconds)
        os.write(self._answers, b"%s %r\n" % (key, time.monotonic()))
        return "250 OK"


def main() -> None:
    from aiosmtpd.controller import Controller

    port, path, seconds = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    Controller(Noting(path, seconds), hostname="127.0.0.1", port=port).start()
    threading.Event().wait()


@contextmanager
def smtp_process(path: Path, *, seconds: float = 0.0) -> Iterator[int]:
    """Its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, __file__, str(port), str(path), str(seconds)]
    path.touch()
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("The SMTP server did not start.")


def answers_of(path: Path) -> Path:
    return path.with_suffix(".answers")


def answered(path: Path) -> dict[str, float]:
    """When the server answered to each mail for the first time, on the clock of all processes."""
    return moments(answers_of(path))


def moments(path: Path) -> dict[str, float]:
    """The first moment that the file has for each key."""
    lines = [line.split() for line in path.read_text().splitlines()]
    return {key: float(moment) for key, moment in reversed(lines)}


def taken(path: Path) -> list[str]:
    """Message-IDs in the order in which the server took them."""
    return path.read_text().splitlines()


def prepare(directory: Path) -> None:
    """Django on a new database file; once in a process."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "paymenter.settings",
        "ENV_FILE": os.devnull,
        "APP_KEY": "base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "APP_URL": "http://127.0.0.1",
        "DB_CONNECTION": "sqlite",
        "DB_DATABASE": str(directory / "mails.sqlite"),
        "LOG_LEVEL": "error",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("install", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115


def queue(count: int, port: int) -> None:
    """So many mails like that about an invoice, for the server on this port."""
    from django.db import transaction

    from accounts.actions import mail_texts
    from accounts.actions.mails import queue_mail
    from paymenter import options
    from paymenter.models import Setting

    given = {"mail_host": "127.0.0.1", "mail_port": str(port), "mail_encryption": "none"}
    given |= {"mail_from_address": "shop@example.com", "mail_disable": "0"}
    for key, value in given.items():
        values = {"value": value, "type": "string"}
        Setting.objects.update_or_create(key=key, settingable_type=None, defaults=values)
    options.forget()
    html = mail_texts.page("# An invoice\n\n" + "| a | b |\n|---|---|\n| line | 1.00 |\n")
    for start in range(0, count, 500):
        with transaction.atomic():
            for number in range(start, min(start + 500, count)):
                to = f"client{number}@example.com"
                queue_mail(user_id=None, to=to, subject=f"Invoice {number}", html=html)


if __name__ == "__main__":
    main()
