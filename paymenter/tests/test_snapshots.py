"""A snapshot shows one moment and refuses to write, also where others write meanwhile."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.plugin import DjangoDbBlocker

from paymenter.db.snapshots import snapshot
from paymenter.tests.scratch import ALIAS, scratch_database


@pytest.fixture
def scratch(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    with django_db_blocker.unblock(), scratch_database() as made:
        with made.cursor() as cursor:
            cursor.execute("CREATE TABLE things (id integer)")
        yield made


@pytest.fixture
def other(scratch: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A second connection to the same database."""
    connection = connections[ALIAS].copy()
    yield connection
    connection.close()


def things(connection: BaseDatabaseWrapper) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM things ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def add(connection: BaseDatabaseWrapper, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO things VALUES (%s)", [number])


def test_refuses_to_write(scratch: BaseDatabaseWrapper) -> None:
    with snapshot(scratch):
        with pytest.raises(DatabaseError):
            add(scratch, 1)
        assert things(scratch) == []
    add(scratch, 2)
    assert things(scratch) == [2]


def test_allows_writing_again_after_a_failure(scratch: BaseDatabaseWrapper) -> None:
    with pytest.raises(ZeroDivisionError), snapshot(scratch):
        1 / 0  # noqa: B018
    add(scratch, 1)
    assert things(scratch) == [1]


@pytest.mark.skipif("connections['default'].vendor == 'sqlite'", reason="a reader holds writers up")
@pytest.mark.mariadb("SQLite makes the writer wait")
def test_sees_one_moment(scratch: BaseDatabaseWrapper, other: BaseDatabaseWrapper) -> None:
    with snapshot(scratch):
        add(other, 1)
        assert things(scratch) == []
    assert things(scratch) == [1]
