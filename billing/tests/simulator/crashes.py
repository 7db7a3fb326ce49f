"""Processes that die: what was committed stays, nothing else is written any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class Crash(BaseException):
    """Nobody catches it, as nobody catches kill -9; what still tries to write meets it again."""


@contextmanager
def dying(after: int | None) -> Iterator[None]:
    """The process dies at the statement of this number; None: it lives."""
    if after is None:
        yield
        return
    left = after

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Crash
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
