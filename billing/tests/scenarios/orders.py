"""How staff order for a client: order, service and invoice."""

from datetime import timedelta
from typing import Any

from billing.actions.invoices import create_invoice
from billing.actions.orders import create_order
from billing.actions.services import create_service, description
from billing.models import Invoice, Service
from paymenter.actor import SYSTEM
from paymenter.db import fields, zone
from paymenter.db.morph import class_name

WEEK = timedelta(days=7)


def order(user: Any, plan: Any, *, quantity: int = 1) -> tuple[Service, Invoice]:
    """One service of the plan, in dollars, due in a week."""
    price = plan.prices.get(currency="USD").price
    owner = {"user_id": user.pk, "currency_code": "USD"}
    placed = create_order(actor=SYSTEM, **owner)
    service = create_service(
        actor=SYSTEM,
        **owner,
        order_id=placed.pk,
        product_id=plan.priceable_id,
        plan_id=plan.pk,
        price=price,
        quantity=quantity,
    )
    item = {
        "reference_type": class_name(service),
        "reference_id": service.pk,
        "price": price,
        "quantity": quantity,
        "description": description(service),
    }
    due_at = zone.naive(fields.now()).date() + WEEK
    status = Invoice.Status.PENDING
    return service, create_invoice(
        actor=SYSTEM, items=[item], status=status, due_at=due_at, **owner
    )
