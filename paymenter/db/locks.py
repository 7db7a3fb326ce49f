"""Row locks: taken inside the action's transaction, always before what is checked is read."""

import logging
import time
from collections.abc import Callable
from functools import cache
from random import random
from typing import Any, TypeVar

from django.db import OperationalError, connection, models, transaction

from paymenter.db.prepared import Prepared, Slot
from paymenter.db.writes import Conflict, insert_all

DEADLOCK, LOCK_TIMEOUT = 1213, 1205  # MariaDB's errors

log = logging.getLogger(__name__)

_M = TypeVar("_M", bound=models.Model)
_T = TypeVar("_T")


def locked(record: _M) -> _M:
    """The record read anew and held until the transaction ends; DoesNotExist when it is gone.

    On SQLite the transaction itself holds the only write lock.
    """
    fresh: _M = held(type(record), record.pk)
    return fresh


def held(model: type[_M], key: Any) -> _M:
    """As `locked`, by the primary key."""
    found: _M = _by_key(model).get(key=key)
    return found


def held_if_there(model: type[_M], key: Any) -> _M | None:
    found: _M | None = _by_key(model).first(key=key)
    return found


@cache
def _by_key(model: type[_M]) -> Prepared[_M]:
    return Prepared(
        lambda: model._default_manager.select_for_update().filter(pk=Slot("key", model._meta.pk))
    )


def claimed(model: type[_M], key: Any, *, touch: str, **columns: Any) -> _M:
    """The row with this primary key, made of `columns` where there is none, and held likewise.

    `touch` is a column that all who make the row would fill alike: of many at once one inserts,
    and the others wait for the row itself, as writing it takes the lock that reading it needs.
    """
    found = held_if_there(model, key)
    if found is not None:
        return found
    pk: Any = model._meta.pk
    insert_all([model(pk=key, **columns)], Conflict((pk.column,), (touch,)))
    return held(model, key)


def unharmed(work: Callable[..., _T], *args: Any, **options: Any) -> _T | None:
    """What the work returns; None where it raises, which is logged and undoes only its own writes.

    For what follows from something that must not be undone.
    """
    try:
        with transaction.atomic():
            return work(*args, **options)
    except Exception:
        if connection.needs_rollback:  # the database took the caller's transaction back too
            raise
        log.exception("%s failed", getattr(work, "__qualname__", work))
        return None


def persistent(work: Callable[[], _T], tries: int = 5) -> _T:
    """The work in a transaction of its own, done anew where the database took it back for the sake
    of another one (a deadlock, a lock that did not come). Inside a transaction it is done once.
    """
    for left in reversed(range(1 if connection.in_atomic_block else tries)):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not left or error.args[:1] not in ((DEADLOCK,), (LOCK_TIMEOUT,)):
                raise
            time.sleep(random() / 50)
    raise AssertionError
