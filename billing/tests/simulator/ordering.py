"""How a client orders: by staff's hand, until there is a checkout."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from billing.actions.invoices import create_invoice
from billing.actions.orders import create_order
from billing.actions.services import create_service, description
from billing.models import Invoice, Plan
from paymenter.actor import SYSTEM
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.errors import Refused

if TYPE_CHECKING:
    from billing.tests.simulator.world import World


@transaction.atomic
def order(world: "World", user: Any) -> str:
    rng = world.rng
    currency = rng.choice(world.shop.currencies)
    placed = create_order(actor=SYSTEM, user_id=user.pk, currency_code=currency)
    items = [_item(world, placed, user, currency) for _ in range(rng.choice((1, 1, 2)))]
    columns = {"user_id": user.pk, "currency_code": currency, "due_at": fields.now().date()}
    status = Invoice.Status.PENDING
    invoice = create_invoice(actor=SYSTEM, items=items, status=status, **columns)
    return f"order {placed.pk}, invoice {invoice.pk}"


def _item(world: "World", placed: Any, user: Any, currency: str) -> dict[str, Any]:
    plan: Plan = world.rng.choice(world.shop.plans)
    price = plan.prices.filter(currency=currency).first()
    if price is None:
        raise Refused("no price")
    service = create_service(
        actor=SYSTEM,
        order_id=placed.pk,
        user_id=user.pk,
        currency_code=currency,
        product_id=plan.priceable_id,
        plan_id=plan.pk,
        price=price.price,
        quantity=world.rng.choice((1, 1, 1, 3)),
    )
    return {
        "reference_type": class_name(service),
        "reference_id": service.pk,
        "price": price.price,
        "quantity": service.quantity,
        "description": description(service),
    }
