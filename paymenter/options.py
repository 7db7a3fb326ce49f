"""Paymenter's `settings` table, typed: what `config('settings.x')` is in PHP.

Values live in memory for `LIFETIME` seconds, so a change made by PHP is seen within that time and
one made here at once (`forget()`).
"""

import logging
import re
import time
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from django.db import DatabaseError, connection

from paymenter.laravel.crypt import DecryptError, encrypter

LIFETIME = 5.0

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_LARGEST = 2**63 - 1

_lock = Lock()
_values: Mapping[str, Any] = {}
_read_at = float("-inf")
_current_zone = ZoneInfo("UTC")


def read() -> Mapping[str, Any]:
    """All settings of the installation (not those of extensions and products), by key."""
    global _values, _read_at, _current_zone
    if time.monotonic() - _read_at > LIFETIME:
        with _lock:
            if time.monotonic() - _read_at > LIFETIME:
                _values, _read_at = _load(), time.monotonic()
                _current_zone = _zone(str(_values.get("timezone") or "UTC"))
    return _values


def get(key: str, default: Any = None) -> Any:
    """The typed value, or `default` where the setting is missing, NULL or empty."""
    value = read().get(key)
    return default if value is None or value == "" else value


def integer(key: str, default: int) -> int:
    """The number stored as text; what is no number means the default (Paymenter reads 0)."""
    try:
        return int(get(key, default))
    except (TypeError, ValueError):
        return default


def flag(key: str, default: bool = False) -> bool:
    """Yes or no as PHP takes it, also where a switch is stored as text ("0")."""
    return get(key, default) not in (False, 0, "0", [])


def zone() -> ZoneInfo:
    """The time zone that PHP runs in, so the one in which its rows are written."""
    if time.monotonic() - _read_at > LIFETIME:  # asked for each date, so without another call
        read()
    return _current_zone


def forget() -> None:
    """Read the table again at the next use; called by whoever writes a setting."""
    global _read_at
    _read_at = float("-inf")


def owned_by(class_name: str, record_id: int) -> dict[str, Any]:
    """The settings of one extension, gateway, server or product, by key."""
    return _select("settingable_type = %s AND settingable_id = %s", class_name, record_id)


def typed(value: str | None, kind: str, encrypted: bool) -> Any:
    """One stored value as Paymenter's Setting model reads it; what cannot be decrypted is None."""
    if encrypted and value:
        try:
            value = encrypter().decrypt_string(value)
        except DecryptError:
            value = None
    match kind:
        case "boolean":
            return value not in (None, "", "0")
        case "integer":
            return None if value is None else _leading_integer(value)
        case "float":
            return None if value is None else _leading_float(value)
        case "array":
            return _json(value)
    return value


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("The setting timezone is no time zone: %r. UTC is used.", name)
        return ZoneInfo("UTC")


def _load() -> dict[str, Any]:
    try:
        return _select("settingable_type IS NULL")
    except DatabaseError:  # no table yet: `manage.py install` comes first
        return {}


def _select(where: str, *params: Any) -> dict[str, Any]:
    name = connection.ops.quote_name
    sql = f"SELECT {name('key')}, value, type, encrypted FROM settings WHERE {where} ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {row[0]: typed(row[1], row[2], bool(row[3])) for row in cursor.fetchall()}


def _json(value: str | None) -> Any:
    try:
        return None if value is None else orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


def _leading_integer(text: str) -> int:
    """PHP's `(int)`: the number at the start of the text, within 64 bits, else 0."""
    found = _NUMBER.match(text)
    number = Decimal(found.group().strip()) if found else Decimal(0)
    return int(max(Decimal(-_LARGEST - 1), min(number, Decimal(_LARGEST))))


def _leading_float(text: str) -> float:
    """PHP's `(float)`: the number at the start of the text, else 0."""
    found = _NUMBER.match(text)
    return float(found.group()) if found else 0.0
