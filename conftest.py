"""The test database has Laravel's tables, made from the models as `manage.py install` does."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from accounts.actions import webhook_endpoints
from billing.tests.golden.summary import golden_summary
from paymenter import options
from paymenter.tests.database import create_laravel_tables
from paymenter.tests.recordings import load_populated
from paymenter.tests.samples import store_samples


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden",
        action="append",
        default=[],
        metavar="DIR",
        help="replay the billing recordings of this directory (or file); may be repeated",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in golden_summary(terminalreporter.stats):
        terminalreporter.write_line(line)


def pytest_configure() -> None:
    """Neither collected static files nor a look at them: a fresh clone has none."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.WHITENOISE_AUTOREFRESH = True  # else every test's client reads all static files


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    name = str(connection.settings_dict["NAME"])
    assert "test_" in name or "memory" in name, f"{name} is no test database: mark with django_db"
    with django_db_blocker.unblock():
        create_laravel_tables(connection)


@pytest.fixture(scope="module")
def populated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The recorded installation (200 users, 1 524 invoices), for modules marked with django_db."""
    with django_db_blocker.unblock(), transaction.atomic():
        if connection.vendor == "sqlite":  # inside a transaction checks can only be put off
            connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
        load_populated()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def samples(db: None) -> None:
    """Records of the tables that the recorded installation has empty; needs `populated`."""
    store_samples()


@pytest.fixture(autouse=True)
def fresh_options() -> Iterator[None]:
    """No test sees the settings or webhook endpoints that another one stored."""
    options.forget()
    webhook_endpoints.forget()
    yield
    options.forget()
    webhook_endpoints.forget()
