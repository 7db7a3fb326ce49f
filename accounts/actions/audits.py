"""Audit rows in the format of owen-it/laravel-auditing, written with the change they tell of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models

from accounts.models import Audit
from paymenter.actor import Actor
from paymenter.db import fields, writes, zone
from paymenter.db.morph import class_name
from paymenter.laravel.crypt import DecryptError, encrypter
from paymenter.laravel.php import json_encode
from paymenter.models import Setting

Values = Mapping[str, Any]

HIDDEN = "[hidden]"  # stands for a secret: Paymenter writes the password's hash

_AUDITED = frozenset(
    [
        "apikey",
        "billingagreement",
        "category",
        "configoption",
        "configoptionproduct",
        "coupon",
        "couponproduct",
        "credit",
        "customproperty",
        "extension",
        "gateway",
        "server",
        "invoice",
        "invoiceitem",
        "invoicetransaction",
        "notificationtemplate",
        "order",
        "plan",
        "price",
        "product",
        "productupgrade",
        "property",
        "role",
        "service",
        "servicecancellation",
        "serviceconfig",
        "serviceupgrade",
        "setting",
        "taxrate",
        "ticket",
        "ticketmessage",
        "user",
    ]
)
_TIMES = frozenset({"created_at", "updated_at", "deleted_at"})
_SECRETS = frozenset({"password", "tfa_secret", "token", "secret"})
_ONLY = {"products": frozenset({"name", "description", "category_id", "enabled"})}
_NEVER = {"api_keys": frozenset({"last_used_at"})}
_USER = "App\\Models\\User"


def record_audit(
    event: str, record: models.Model, old: Values, new: Values, *, actor: Actor
) -> None:
    """Writes the row unless nothing of what changed is audited."""
    if record._meta.model_name not in _AUDITED:
        return
    before, after = _audited(record, old), _audited(record, new)
    if not before and not after:
        return
    row = Audit(
        user_type=_USER if actor.user_id else None,
        user_id=actor.user_id,
        event=event,
        auditable_type=class_name(record),
        auditable_id=record.pk,
        old_values=before,
        new_values=after,
        url=actor.url,
        ip_address=actor.ip_address,
        user_agent=actor.user_agent,
        tags=actor.tags,
    )
    waiting = _waiting.get()
    if waiting is None or waiting.savepoints != _savepoints():
        row.save(force_insert=True)
    else:
        waiting.rows.append(row)


@dataclass(frozen=True, slots=True)
class _Waiting:
    savepoints: list[str]
    rows: list[Audit] = field(default_factory=list)


_waiting: ContextVar[_Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def audits_together() -> Iterator[None]:
    """In a transaction: the rows are written by one statement when the block ends, or by
    `write_audits`, which is called before a savepoint in which there may be audits too: those are
    written at once, as it may be undone by itself. A block in a block is one with it."""
    outer, waiting = _waiting.get(), _Waiting(_savepoints())
    if outer is not None and outer.savepoints == waiting.savepoints:
        yield
        return
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    writes.insert_all(waiting.rows)


def _savepoints() -> list[str]:
    return [name for name in connection.savepoint_ids if name]  # None: of an atomic without one


def write_audits() -> None:
    """Those that wait for the end of the block."""
    if (waiting := _waiting.get()) is not None:
        writes.insert_all(waiting.rows)
        waiting.rows.clear()


def stored_values(record: models.Model) -> dict[str, Any]:
    """All columns of a record by name, secrets not read."""
    return {
        str(f.column): HIDDEN if f.column in _SECRETS else getattr(record, f.attname)
        for f in record._meta.concrete_fields
        if not isinstance(f, fields.Encrypted) or f.column in _SECRETS
    }


def _audited(record: models.Model, values: Values) -> dict[str, Any]:
    only = _ONLY.get(record._meta.db_table)
    shorten = isinstance(record, Setting) and record.encrypted
    return {
        name: HIDDEN if name in _SECRETS else _printed(value, shorten and name == "value")
        for name, value in values.items()
        if name not in _TIMES
        and (only is None or name in only)
        and name not in _NEVER.get(record._meta.db_table, ())
    }


def _printed(value: Any, shorten: bool = False) -> Any:
    """As PHP holds the raw column."""
    if shorten:
        return _shortened(value)
    match value:
        case list() | dict():
            return json_encode(value)
        case bool():
            return int(value)
        case datetime():
            return str(zone.naive(value))
        case date() | Decimal():
            return str(value)
    return value


def _shortened(stored: str | None) -> str | None:
    """Of an encrypted setting the first tenth; Paymenter: owen-it's RightRedactor, in bytes."""
    if not stored:
        return stored
    try:
        plain = encrypter().decrypt_string(stored).encode()
    except DecryptError:
        return HIDDEN
    tenth = -(-len(plain) // 10)
    kept = plain[: tenth if len(plain) > tenth else 0].decode(errors="ignore")
    return kept + "#" * (len(plain) - len(kept.encode()))
