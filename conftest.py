"""The test database has Laravel's tables, made from the models as `manage.py install` does."""

from collections.abc import Iterator

import pytest
from django.db import connection

from paymenter import options
from paymenter.tests.database import create_laravel_tables


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock():
        create_laravel_tables(connection)


@pytest.fixture(autouse=True)
def fresh_options() -> Iterator[None]:
    """No test sees the settings that another one stored."""
    options.forget()
    yield
    options.forget()
