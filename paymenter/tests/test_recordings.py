"""The read side agrees with what the real Paymenter answered."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from paymenter.tests.recordings import Case, cases, differences, load_populated, send


@pytest.fixture(scope="module")
def populated(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_populated()
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("case", cases("read-"), ids=str)
def test_recorded_request_gets_the_recorded_answer(case: Case, populated: None, client: Client) -> None:
    assert differences(case, send(client, case.request)) == []
