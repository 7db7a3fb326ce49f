"""The read side agrees with what the real Paymenter answered."""

import pytest
from django.test import Client

from paymenter.tests.recordings import Case, cases, differences, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]


@pytest.mark.parametrize("case", cases("read-"), ids=str)
def test_recorded_request_gets_the_recorded_answer(case: Case, client: Client) -> None:
    assert differences(case, send(client, case.request)) == []
