"""Configuration from the process environment and Laravel's `.env`, by the rules of phpdotenv."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, overload
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECRETS = frozenset(
    ["APP_KEY", "DATABASE_URL", "DB_PASSWORD", "MAIL_PASSWORD", "REDIS_PASSWORD"]
    + ["CELERY_BROKER_URL"]
)
KEY_BYTES = 32
KEY_HELP = "write base64: and 32 random bytes in base64 (openssl rand -base64 32), or 32 characters"
SECRET_KEY_LABEL = b"paymenter: Django SECRET_KEY"
YES = frozenset({"true", "(true)", "1", "yes", "on"})
NO = frozenset({"false", "(false)", "0", "no", "off"})
COLLATIONS = {"mariadb": "utf8mb4_uca1400_ai_ci", "mysql": "utf8mb4_unicode_ci"}
SQL_MODE = (
    "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
    "PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000"
)


# -- the file ----------------------------------------------------------------------------------

PHP_BLANKS = " \t\n\r\0\x0b"
LINE_END = re.compile(r"\r\n|\n|\r")
NAME = re.compile(r"(?:export\s+)?(['\"]?)([A-Za-z0-9_.]+)\1", re.ASCII)
DOUBLE_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
SINGLE_QUOTED = re.compile(r"'([^']*)'")
# As in phpdotenv, a number sign ends an unquoted value even without a blank before it.
UNQUOTED = re.compile(r"([^\s#]*)", re.ASCII)
REST = re.compile(r"\s*(?:#.*)?", re.ASCII | re.DOTALL)
ESCAPE_OR_VARIABLE = re.compile(r"\\(.)|\$\{([A-Za-z0-9_.]+)\}", re.DOTALL)
VARIABLE = re.compile(r"(?!)()|\$\{([A-Za-z0-9_.]+)\}")  # same groups, no escapes
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", '"': '"', "\\": "\\", "$": "$"}


def parse_dotenv(text: str, *, process: Mapping[str, str], source: str) -> dict[str, str]:
    """`process` is for `${NAME}` only; `source` names the file in errors."""
    values: dict[str, str] = {}
    for number, entry in _entries(text.removeprefix("\ufeff")):
        name, equals, raw = entry.partition("=")
        try:
            key = _name(name.strip(PHP_BLANKS))
            if equals:
                values[key] = _value(raw.strip(PHP_BLANKS), {**values, **process})
            else:  # phpdotenv: a name alone unsets
                values.pop(key, None)
        except ValueError as error:
            raise ImproperlyConfigured(f"{source}, line {number}: {error}") from None
    return values


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """Lines, those of an open double quote joined, with the number of the first."""
    lines = enumerate(LINE_END.split(text), start=1)
    for number, line in lines:
        if not line.strip(PHP_BLANKS) or line.lstrip(PHP_BLANKS).startswith("#"):
            continue
        buffer = [line]
        while _is_open("\n".join(buffer)):
            following = next(lines, None)
            if following is None:
                break
            buffer.append(following[1])
        yield number, "\n".join(buffer)


def _is_open(entry: str) -> bool:
    value = entry.partition("=")[2].lstrip(PHP_BLANKS)
    return value.startswith('"') and DOUBLE_QUOTED.match(value) is None


def _name(text: str) -> str:
    found = NAME.fullmatch(text)
    if found is None:
        raise ValueError("no valid name before the equals sign; write NAME=value")
    return found[2]


def _value(text: str, known: Mapping[str, str]) -> str:
    pattern = {'"': DOUBLE_QUOTED, "'": SINGLE_QUOTED}.get(text[:1], UNQUOTED)
    found = pattern.match(text)
    if found is None:
        raise ValueError("a quote is not closed")
    if REST.fullmatch(text, found.end()) is None:
        raise ValueError("text after the value; put a value with blanks in double quotes")
    if pattern is SINGLE_QUOTED:
        return found[1]
    return _interpolated(found[1], known, escapes=pattern is DOUBLE_QUOTED)


def _interpolated(text: str, known: Mapping[str, str], *, escapes: bool) -> str:
    def replacement(found: re.Match[str]) -> str:
        if found[2] is not None:
            return known.get(found[2], found[0])
        if found[1] not in ESCAPES:
            raise ValueError(f"unknown escape \\{found[1]}; write \\\\ for a backslash")
        return ESCAPES[found[1]]

    return (ESCAPE_OR_VARIABLE if escapes else VARIABLE).sub(replacement, text)


# -- keys --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class AppKeys:
    """Bytes encrypt, texts (APP_KEY exactly as written) sign URLs."""

    current: bytes
    previous: tuple[bytes, ...]
    text: str
    previous_texts: tuple[str, ...]

    @property
    def secret_key(self) -> str:
        """Django's SECRET_KEY, so that Laravel's own key never signs anything else."""
        return hmac.new(self.current, SECRET_KEY_LABEL, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"<AppKeys with {len(self.previous)} previous>"


def _key_bytes(name: str, text: str) -> bytes:
    encoded = text.removeprefix("base64:")
    try:
        key = base64.b64decode(encoded, validate=True) if encoded != text else text.encode()
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name}: not a key of 32 bytes; {KEY_HELP}")
    return key


# -- the environment ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Environment:
    process: Mapping[str, str] = field(repr=False)
    file: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, base_dir: Path, process: Mapping[str, str] = os.environ) -> Self:
        named = process.get("ENV_FILE")
        path = base_dir / (named or ".env")
        if not named and not path.exists():
            return cls(process, {})
        text = _read("ENV_FILE", path)
        return cls(process, parse_dotenv(text, process=process, source=str(path)))

    @overload
    def text(self, name: str, default: str) -> str: ...
    @overload
    def text(self, name: str, default: None = None) -> str | None: ...
    def text(self, name: str, default: str | None = None) -> str | None:
        """As Laravel's env(): set but blank is "", `null` counts as not set."""
        secret = self._secret(name) if name in SECRETS else None
        if secret is not None:
            return secret
        raw = self.process.get(name, self.file.get(name))
        if raw is None or raw.lower() in ("null", "(null)"):
            return default
        if raw.lower() in ("empty", "(empty)"):
            return ""
        return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"" else raw

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise ImproperlyConfigured(f"{name}: is not set; write {name}=… in .env")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Blank means the default."""
        value = (self.text(name) or "").lower()
        if value not in YES | NO | {""}:
            raise ImproperlyConfigured(f"{name}: is neither yes nor no; write true or false")
        return value in YES if value else default

    def integer(
        self, name: str, default: int, minimum: int | None = None, maximum: int | None = None
    ) -> int:
        """Blank means the default."""
        text = (self.text(name) or "").strip()
        if not text:
            return default
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ImproperlyConfigured(f"{name}: is not a whole number; write {name}={default}")
        number = int(text)
        if minimum is not None and number < minimum:
            raise ImproperlyConfigured(f"{name}: is too small; write {minimum} or more")
        if maximum is not None and number > maximum:
            raise ImproperlyConfigured(f"{name}: is too large; write {maximum} or less")
        return number

    def rate(self, name: str) -> tuple[int, int] | None:
        """`600/minute` as (600, 60); None where it is blank or 0."""
        text = (self.text(name) or "").strip()
        seconds = {"": 60, "/second": 1, "/minute": 60, "/hour": 3600}
        parts = re.fullmatch(r"([0-9]{1,9})(/[a-z]+)?", text or "0")
        if parts is None or (parts[2] or "") not in seconds:
            raise ImproperlyConfigured(
                f"{name}: is no rate; write {name}=600/minute, or 0 for none"
            )
        most = int(parts[1])
        return (most, seconds[parts[2] or ""]) if most else None

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of them; blank means the first."""
        text = (self.text(name) or choices[0]).strip()
        if text not in choices:
            raise ImproperlyConfigured(f"{name}: is none of {', '.join(choices)}")
        return text

    def items(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.text(name)
        if value is None:
            return default
        return tuple(item.strip() for item in value.split(",") if item.strip())

    def keys(self) -> AppKeys:
        text = self.text("APP_KEY")
        if not text:
            raise ImproperlyConfigured(f"APP_KEY: is not set; {KEY_HELP}")
        previous = self.items("APP_PREVIOUS_KEYS")
        return AppKeys(
            current=_key_bytes("APP_KEY", text),
            previous=tuple(_key_bytes("APP_PREVIOUS_KEYS", key) for key in previous),
            text=text,
            previous_texts=previous,
        )

    def database(self, base_dir: Path) -> dict[str, object]:
        """Django's DATABASES["default"]; DATABASE_URL (Laravel: DB_URL) wins over DB_*."""
        url = self.text("DATABASE_URL") or self.text("DB_URL")
        values = _from_url(url) if url else self._database_values()
        driver = values["driver"]
        if driver == "sqlite":
            return _sqlite(base_dir, values["name"] or "database.sqlite")
        if driver not in COLLATIONS:
            name = "DATABASE_URL" if url else "DB_CONNECTION"
            raise ImproperlyConfigured(f"{name}: unknown database; use mariadb, mysql or sqlite")
        if not values["name"]:
            name = "DATABASE_URL" if url else "DB_DATABASE"
            raise ImproperlyConfigured(f"{name}: names no database; write the name of Paymenter's")
        return _mysql(values)

    def _database_values(self) -> dict[str, str]:
        return {
            "driver": self.text("DB_CONNECTION") or "sqlite",
            "host": self.text("DB_HOST") or "127.0.0.1",
            "port": str(self.integer("DB_PORT", 3306, minimum=1, maximum=65535)),
            "name": self.text("DB_DATABASE", ""),
            "user": self.text("DB_USERNAME", ""),
            "password": self.text("DB_PASSWORD", ""),
            "socket": self.text("DB_SOCKET", ""),
            "charset": self.text("DB_CHARSET", ""),
            "collation": self.text("DB_COLLATION", ""),
        }

    def redis_url(self) -> str | None:
        """None when nothing of REDIS_* says anything."""
        url = self.text("REDIS_URL")
        parts = [
            self.text(f"REDIS_{part}") for part in ("HOST", "PORT", "USERNAME", "PASSWORD", "DB")
        ]
        if url or not any(parts):
            return url or None
        host, _, user, password, _ = parts
        scheme = "rediss" if host and host.startswith("tls://") else "redis"
        login = f"{quote(user or '', safe='')}:{quote(password, safe='')}@" if password else ""
        address = (host or "127.0.0.1").removeprefix("tls://")
        port = self.integer("REDIS_PORT", 6379, minimum=1, maximum=65535)
        return f"{scheme}://{login}{address}:{port}/{self.integer('REDIS_DB', 0, minimum=0)}"

    def mail(self) -> dict[str, object]:
        """Defaults are Laravel's; `encryption` is tls (STARTTLS), ssl or None."""
        port = self.integer("MAIL_PORT", 2525, minimum=1, maximum=65535)
        return {
            "mailer": self.text("MAIL_MAILER") or "log",
            "host": self.text("MAIL_HOST") or "127.0.0.1",
            "port": port,
            "username": self.text("MAIL_USERNAME") or None,
            "password": self.text("MAIL_PASSWORD") or None,
            "encryption": self._mail_encryption(port),
            "from_address": self.text("MAIL_FROM_ADDRESS") or None,
            "from_name": self.text("MAIL_FROM_NAME") or self.text("APP_NAME") or "Paymenter",
        }

    def _mail_encryption(self, port: int) -> str | None:
        name = "MAIL_ENCRYPTION" if self.text("MAIL_ENCRYPTION") else "MAIL_SCHEME"
        value = (self.text(name) or "").lower()
        if value not in ("", "smtp", "none", "tls", "starttls", "ssl", "smtps"):
            raise ImproperlyConfigured(f"{name}: unknown; write tls, ssl or null")
        if value in ("ssl", "smtps"):
            return "ssl"
        # Laravel: MailManager::createSmtpTransport, tls on port 465 is smtps
        encrypted = value in ("tls", "starttls")
        return ("ssl" if port == 465 else "tls") if encrypted else None

    def _secret(self, name: str) -> str | None:
        """A value or a NAME_FILE of the process wins over both of `.env`; files are literal."""
        for source in (self.process, self.file):
            if source.get(name):
                return None
            path = source.get(f"{name}_FILE")
            if path:
                return _read(f"{name}_FILE", Path(path)).rstrip("\r\n")
        return None


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ImproperlyConfigured(f"{name}: cannot read {path} ({reason})") from None


# -- databases ---------------------------------------------------------------------------------


def _from_url(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url.replace("sqlite://:memory:", "sqlite:///:memory:"))
        port = str(parts.port or 3306)
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL: cannot be read; write mariadb://user:password@host:3306/name"
            " with special characters of the password percent-encoded"
        ) from None
    options = dict(parse_qsl(parts.query))
    return {
        "driver": {"sqlite3": "sqlite", "mysql2": "mysql"}.get(parts.scheme, parts.scheme),
        "host": unquote(parts.hostname or "127.0.0.1"),
        "port": port,
        "name": _url_path(parts),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "socket": options.get("unix_socket", ""),
        "charset": options.get("charset", ""),
        "collation": options.get("collation", ""),
    }


def _url_path(parts: SplitResult) -> str:
    """sqlite:///name is relative, sqlite:////name absolute."""
    return unquote(parts.path.removeprefix("/"))


def _sqlite(base_dir: Path, name: str) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name if name == ":memory:" else str(base_dir / name),
        "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE"},
    }


def _mysql(values: Mapping[str, str]) -> dict[str, object]:
    charset = values["charset"] or "utf8mb4"
    collation = values["collation"] or COLLATIONS[values["driver"]]
    options = {
        "charset": charset,
        "collation": collation,
        # No time_zone: Paymenter's connection never sets one, and TIMESTAMP columns are
        # converted through it, so another zone here would shift every stored time.
        "init_command": f"SET SESSION sql_mode='{SQL_MODE}'",
        "isolation_level": "read committed",
    }
    if values["socket"]:
        options["unix_socket"] = values["socket"]
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": "" if values["socket"] else values["host"],
        "PORT": "" if values["socket"] else values["port"],
        "NAME": values["name"],
        "USER": values["user"],
        "PASSWORD": values["password"],
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"CHARSET": charset, "COLLATION": collation},
    }
