"""How a client of a scenario orders."""

from typing import Any

from billing.actions.checkout import place_order
from billing.actions.lines import Wanted
from billing.models import Coupon, Invoice, Service
from paymenter.actor import SYSTEM


def order(
    user: Any, plan: Any, *, quantity: int = 1, coupon: Coupon | None = None
) -> tuple[Service, Invoice]:
    """One service; its invoice."""
    wanted = [Wanted(plan.priceable, plan, quantity)]
    placed = place_order(wanted, user=user, currency_code="USD", actor=SYSTEM, coupon=coupon)
    assert placed.invoice is not None
    return placed.services[0], placed.invoice
