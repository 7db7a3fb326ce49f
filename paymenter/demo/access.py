"""How to get into the demo: told once, and kept in a file beside an SQLite demo."""

import json
import os
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

from accounts.models import ApiKey, User
from paymenter.demo.staff import ADMIN, SUPPORT, Secrets
from paymenter.settings import env

FILE = ".demo-access"


def keep(given: Secrets) -> bool:
    """Whether it was written: only beside an SQLite database, readable by its owner alone."""
    if connection.vendor != "sqlite":
        return False
    text = json.dumps({"password": given.password, "token": given.token}, indent=2)
    path = _path()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    return True


def kept() -> Secrets | None:
    """What the file says, if it still opens this database."""
    if connection.vendor != "sqlite":
        return None
    try:
        given = Secrets(**json.loads(_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return given if _is_valid(given) else None


def address() -> str:
    """Where `bin/run` serves, as seen from this machine."""
    host = env.text("HOST") or "127.0.0.1"
    port = env.integer("PORT", 8000, minimum=1, maximum=65535)
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"


def greeting(given: Secrets) -> str:
    url = address()
    accept, key = "Accept: application/json", f"Authorization: Bearer {given.token}"
    return "\n".join(
        (
            f"Staff console  {url}/admin/",
            f"  everything   {ADMIN}",
            f"  support      {SUPPORT}",
            f"  password     {given.password}",
            f"API            {url}/docs",
            f"  key          {given.token}",
            "Try it:",
            f"  curl -gH '{accept}' -H '{key}' '{url}/api/v1/admin/invoices?include=items'",
        )
    )


def _is_valid(given: Secrets) -> bool:
    token = sha256(given.token.encode()).hexdigest()
    user = User.objects.with_email(ADMIN)
    return (
        user is not None
        and user.check_password(given.password)
        and ApiKey.objects.filter(token=token, enabled=True).exists()
    )


def _path() -> Path:
    return Path(settings.BASE_DIR) / FILE
