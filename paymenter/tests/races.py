"""Many requests at the same moment, on a database that has more than one connection."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection

from paymenter.tests.database import empty_laravel_tables

_T = TypeVar("_T")

on_mariadb = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="one connection in memory")


def at_once(work: Callable[[int], _T], threads: int) -> list[_T]:
    """The results of `work(0)`, `work(1)`, … that all begin together."""
    start = Barrier(threads)

    def run(number: int) -> _T:
        try:
            connection.ensure_connection()
            start.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


@contextmanager
def emptied_tables() -> Iterator[Any]:
    """Django's own flush leaves Laravel's tables alone."""
    empty_laravel_tables(connection)
    yield
    empty_laravel_tables(connection)
