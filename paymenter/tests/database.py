"""Laravel's tables in a test database: Django makes none for unmanaged models."""

from django.db.backends.base.base import BaseDatabaseWrapper

from paymenter.db import install, schema


def create_laravel_tables(connection: BaseDatabaseWrapper) -> None:
    """Does nothing where they are there, so that `--reuse-db` works."""
    if install.look(connection).state is install.State.EMPTY:
        install.create_tables(connection)


def seed(connection: BaseDatabaseWrapper) -> None:
    """The rows of a fresh Paymenter."""
    install.plant(connection, company_name="Paymenter", app_url="http://localhost")


def empty_laravel_tables(connection: BaseDatabaseWrapper) -> None:
    """For transactional tests: Django's flush leaves unmanaged tables alone."""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in schema.expected(connection.vendor):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")
