"""Row locks: taken inside the action's transaction, always before what is checked is read."""

from typing import TypeVar

from django.db import models

_M = TypeVar("_M", bound=models.Model)


def locked(record: _M) -> _M:
    """The record read anew and held until the transaction ends; DoesNotExist when it is gone.

    On SQLite the transaction itself holds the only write lock.
    """
    rows = type(record)._default_manager.select_for_update()
    fresh: _M = rows.get(pk=record.pk)
    return fresh
