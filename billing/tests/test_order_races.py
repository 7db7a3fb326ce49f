"""The last piece and the last use, wanted by eight at the same moment."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import User
from accounts.tests.factories import UserFactory
from billing.actions.checkout import place_order
from billing.actions.lines import Wanted
from billing.models import Coupon, Currency, Order, Plan, Product, Service
from billing.tests.test_checkouts_api import sold
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.tests.database import seed
from paymenter.tests.races import at_once, emptied_tables, on_mariadb

pytestmark = [on_mariadb, pytest.mark.mariadb("needs connections that run side by side")]

BUYERS = 8


@pytest.fixture
def buyers(transactional_db: None) -> Iterator[list[User]]:
    with emptied_tables():
        seed(connection)
        Currency.objects.get_or_create(code="USD", defaults={"name": "USD", "prefix": "$"})
        yield [UserFactory() for _ in range(BUYERS)]


def ordered(buyers: list[User], plan: Plan, coupon: Coupon | None = None) -> list[bool]:
    """For each buyer whether he got one."""

    def work(number: int) -> bool:
        wanted = Wanted(Product.objects.get(pk=plan.priceable_id), plan)
        try:
            place_order(
                [wanted],
                user=buyers[number],
                currency_code="USD",
                coupon=coupon,
                actor=SYSTEM,
            )
        except Refused:
            return False
        return True

    return at_once(work, BUYERS)


def test_last_pieces_are_sold_once(buyers: list[User]) -> None:
    plan = sold("Rare", "5.00", stock=3)
    assert sorted(ordered(buyers, plan)) == [False] * 5 + [True] * 3
    assert Product.objects.get().stock == 0
    assert (Order.objects.count(), Service.objects.count()) == (3, 3)


def test_single_use_coupon_is_used_once(buyers: list[User]) -> None:
    coupon = Coupon.objects.create(
        code="ONCE", type="percentage", applies_to="all", value=10, max_uses=1
    )
    assert sum(ordered(buyers, sold("Web", "5.00"), coupon)) == 1
    assert Service.objects.filter(coupon=coupon).count() == 1


def test_control_without_locks_sells_what_is_not_there(buyers: list[User]) -> None:
    """Read, then written without a look at what is left: what the two tests above would show."""
    plan = sold("Rare", "5.00", stock=3)
    products = "billing.actions.checkout._with_locked_products"

    def careless(product_id: int, units: int) -> bool:
        return bool(Product.objects.filter(pk=product_id).update(stock=F("stock") - units))

    with (
        patch(products, side_effect=lambda wanted: list(wanted)),
        patch("billing.actions.checkout.take_stock", side_effect=careless),
    ):
        assert sum(ordered(buyers, plan)) > 3
    stock = Product.objects.get().stock
    assert stock is not None
    assert stock < 0
