"""Reading a database that others write to as it was at one moment, and never changing it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

_BEGIN = {
    "mysql": (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
}
_END = {"mysql": ("ROLLBACK",), "sqlite": ("ROLLBACK", "PRAGMA query_only = OFF")}


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All reads see the same moment; the database itself refuses to write.

    Inside a transaction that has begun already neither can be had: it stays as it is.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        for statement in _BEGIN[connection.vendor]:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in _END[connection.vendor]:
                cursor.execute(statement)
