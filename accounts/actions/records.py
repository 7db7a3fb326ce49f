"""The three audited writes that all actions are made of, in their caller's transaction."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any, TypeVar

from django.db import models, transaction

from accounts.actions.audits import record_audit, stored_values
from paymenter.actor import Actor
from paymenter.db import zone
from paymenter.db.locks import locked
from paymenter.rounding import rounded

_M = TypeVar("_M", bound=models.Model)

Write = Callable[..., Any]

_CAST = {
    "invoice_items": frozenset({"price"}),
    "invoice_transactions": frozenset({"amount", "fee"}),
    "invoice_snapshots": frozenset({"tax_rate"}),
}


def create_record(model: type[_M], values: Mapping[str, Any], *, actor: Actor) -> _M:
    """A new row; the audit tells the values that were given, and the id."""
    record = model()
    _assign(record, values)
    record.save(force_insert=True)
    record_audit("created", record, {}, {**values, "id": record.pk}, actor=actor)
    return record


def change_record(
    record: models.Model,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    told: Collection[str] = (),
    then: Callable[[], None] | None = None,
) -> bool:
    """Stores what differs from the record and says whether anything did.

    `told` are columns that the audit then names though they stay (Eloquent: `false` for a 0).
    `then` is what follows from the change; as in Paymenter its audits come first.

    As Eloquent compares: the same number spelled in another way ("60.490" for 60.49) differs, but
    for the columns that it casts to two decimals.
    """
    before = {name: getattr(record, name) for name in changes}
    cast = _CAST.get(record._meta.db_table, frozenset())
    changed = [
        name
        for name, value in changes.items()
        if not _same(before[name], rounded(value) if name in cast and value is not None else value)
    ]
    if not changed:
        return False
    _assign(record, {name: changes[name] for name in changed})
    record.save(update_fields=changed)
    if then is not None:
        then()
    audited = [name for name in changes if name in changed or name in told]
    old = {name: before[name] for name in audited}
    new = {name: changes[name] for name in audited}
    record_audit("updated", record, old, new, actor=actor)
    return True


def delete_record(record: models.Model, *, actor: Actor) -> None:
    """The database's own rules delete or release what points to the row."""
    old = stored_values(record)
    record_audit("deleted", record, old, {}, actor=actor)
    record.delete()


def plain_actions(model: type[_M]) -> tuple[Write, Write, Write]:
    """Create, update and delete for records that no other rule hangs on, each in a transaction."""

    @transaction.atomic
    def create(*, actor: Actor, **values: Any) -> _M:
        return create_record(model, values, actor=actor)

    @transaction.atomic
    def update(record: _M, *, actor: Actor, **changes: Any) -> _M:
        record = locked(record)
        change_record(record, changes, actor=actor)
        return record

    @transaction.atomic
    def delete(record: _M, *, actor: Actor) -> None:
        delete_record(locked(record), actor=actor)

    return create, update, delete


def _assign(record: models.Model, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        field = _fields(type(record))[name]
        is_day = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
        day = zone.naive(value).date() if is_day and isinstance(value, datetime) else value
        setattr(record, name, day)


@cache
def _fields(model: type[models.Model]) -> Mapping[str, Any]:
    """By column's attribute and by name."""
    fields = model._meta.concrete_fields
    return {field.name: field for field in fields} | {field.attname: field for field in fields}


def _same(old: Any, new: Any) -> bool:
    if old is None or new is None:
        return old is new
    if isinstance(new, datetime):
        midnight = isinstance(old, date) and not isinstance(old, datetime)
        return zone.naive(new) == (
            datetime.combine(old, time.min) if midnight else zone.naive(old)  # noqa: DTZ001
        )
    return str(old) == str(new)
