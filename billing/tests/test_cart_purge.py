"""Carts that nobody touched for as long as their cookie lasts."""

from datetime import timedelta

import pytest

from billing.actions import carts
from billing.models import Cart, CartItem
from billing.tests.factories import CartFactory, CartItemFactory
from paymenter.db.fields import now
from paymenter.schedule import SCHEDULE
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db


def cart(days: int, item_days: int | None = None) -> Cart:
    made = CartFactory()
    if item_days is not None:
        CartItemFactory(cart=made)
        CartItem.objects.filter(cart=made).update(updated_at=now() - timedelta(days=item_days))
    Cart.objects.filter(pk=made.pk).update(updated_at=now() - timedelta(days=days))
    return made


def test_carts_left_alone_are_deleted_at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts, "PURGED_AT_ONCE", 2)
    kept = [cart(29), cart(31, item_days=29), cart(0, item_days=40)]
    for _ in range(5):
        cart(31, item_days=31)
    next(entry for entry in SCHEDULE if entry.name == "carts").run()
    assert Cart.objects.count() == 8
    work_off()
    assert list(Cart.objects.order_by("pk")) == kept
    assert CartItem.objects.count() == 2
