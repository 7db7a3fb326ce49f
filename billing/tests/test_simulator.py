"""A few worlds of the simulator; `make simulate` lives through many more."""

import pytest

from billing.tests.simulator.world import World
from paymenter.tests.races import emptied_tables

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", [0, 2])
def test_books_agree_after_every_day(seed: int) -> None:
    with emptied_tables():
        World(seed).live(45)
