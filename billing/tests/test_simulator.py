"""A few worlds of the simulator; `make simulate` lives through many more."""

import pytest
from django.db import connection  # noqa: F401 (on_mariadb asks it)

from billing.tests.simulator.world import World
from paymenter.tests.races import emptied_tables, on_mariadb

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", [0, 2])
def test_books_agree_after_every_day(seed: int) -> None:
    with emptied_tables():
        World(seed).live(45)


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_two_workers_at_once_of_which_some_are_killed() -> None:
    with emptied_tables():
        world = World(7, crowded=True)
        try:
            world.live(20)
        finally:
            world.close()
        assert any("by two" in note for note in world.told)
