from django.db import transaction

from billing.actions.services import update_service
from billing.actions.unit_prices import recalculated_price
from billing.models import Service
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def recalculate_price(service: Service, *, actor: Actor) -> Service:
    """Raises Refused where product, plan or price are gone (Paymenter fills in 0)."""
    service = locked(service)
    return update_service(service, actor=actor, price=recalculated_price(service))
