"""The databases that the benchmark reads: made by `install` and `demo`, kept for the next run."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import MySQLdb
import orjson

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "PAYM" + sha256(b"bench").hexdigest()
PERMISSIONS = [
    *(f"admin.{group}.view" for group in ("users", "invoices", "services")),
    "admin.invoices.create",
]
LONGEST_BUILD = 900.0


@dataclass(frozen=True, slots=True)
class Database:
    """`scale` times 100 users, 500 services and 1 000 invoices."""

    name: str
    scale: int

    @property
    def service(self) -> int:
        """The id of one in the middle."""
        return self.scale * 250


LARGE = Database("paymenter_bench", 100)
SMALL = Database("paymenter_bench_small", 1)


def environment(database: Database) -> dict[str, str]:
    """A production configuration for one of them; DB_* of the caller name the server."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "WEB_THREADS"}
    return {name: value for name, value in os.environ.items() if name in kept} | {
        "DJANGO_SETTINGS_MODULE": "paymenter.settings",  # gunicorn.conf.py asks, for the limit too
        "ENV_FILE": os.devnull,
        "APP_ENV": "production",
        "APP_KEY": "base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "APP_URL": "http://127.0.0.1",
        "DB_CONNECTION": "mariadb",
        "DB_HOST": os.environ.get("DB_HOST", "127.0.0.1"),
        "DB_PORT": os.environ.get("DB_PORT", "3306"),
        "DB_USERNAME": os.environ.get("DB_USERNAME", "root"),
        "DB_PASSWORD": os.environ.get("DB_PASSWORD", ""),
        "DB_DATABASE": database.name,
    }


def prepare(database: Database, rebuild: bool) -> None:
    settings = environment(database)
    if rebuild or not _complete(database, settings):
        print(f"Building {database.name} (manage.py install, demo --scale {database.scale})")
        execute(settings, f"DROP DATABASE IF EXISTS `{database.name}`", database="")
        execute(settings, f"CREATE DATABASE `{database.name}` CHARACTER SET utf8mb4", database="")
        manage(settings, "install")
        manage(settings, "demo", "--force", "--scale", str(database.scale))
    else:
        manage(settings, "install")  # tables that came since
    execute(
        settings,
        "INSERT INTO api_keys (name, permissions, token, type, enabled) "
        "VALUES ('bench', %s, %s, 'admin', 1) "
        "ON DUPLICATE KEY UPDATE permissions = VALUES(permissions)",
        (orjson.dumps(PERMISSIONS).decode(), sha256(TOKEN.encode()).hexdigest()),
    )
    for table in ("users", "services", "invoices", "invoice_items"):
        execute(settings, f"ANALYZE TABLE {table}")


def _complete(database: Database, settings: Mapping[str, str]) -> bool:
    try:
        (count,) = execute(settings, "SELECT COUNT(*) FROM invoices")[0]
    except (MySQLdb.OperationalError, MySQLdb.ProgrammingError) as error:
        if error.args[0] in (1049, 1146):  # no such database, no such table
            return False
        raise
    return bool(count >= database.scale * 1000)


def manage(settings: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=settings, check=True, timeout=LONGEST_BUILD)


def execute(
    settings: Mapping[str, str], sql: str, values: Any = None, *, database: str | None = None
) -> list[tuple[Any, ...]]:
    connection = MySQLdb.connect(
        host=settings["DB_HOST"],
        port=int(settings["DB_PORT"]),
        user=settings["DB_USERNAME"],
        password=settings["DB_PASSWORD"],
        database=settings["DB_DATABASE"] if database is None else database,
        autocommit=True,
        connect_timeout=5,
    )
    try:
        cursor = connection.cursor()
        cursor.execute(sql, values)
        return list(cursor.fetchall())
    finally:
        connection.close()
