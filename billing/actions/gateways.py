from typing import Any

from django.db import transaction

from accounts.actions.records import delete_record
from billing.actions.extensions import create_extension, update_extension
from billing.models import Gateway, InvoiceTransaction
from billing.rules.extension_settings import GATEWAYS
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused


@transaction.atomic
def create_gateway(*, actor: Actor, **values: Any) -> Gateway:
    return create_extension(Gateway, Gateway.Type.GATEWAY, GATEWAYS, values, actor=actor)


@transaction.atomic
def update_gateway(gateway: Gateway, *, actor: Actor, **changes: Any) -> Gateway:
    return update_extension(gateway, GATEWAYS, changes, actor=actor)


@transaction.atomic
def delete_gateway(gateway: Gateway, *, actor: Actor) -> None:
    """Marked as deleted: payments made through it keep naming it."""
    gateway = locked(gateway)
    if gateway.billing_agreements.exists():
        raise Refused("Clients have payment methods saved with the gateway.")
    if gateway.transactions.filter(status=InvoiceTransaction.Status.PROCESSING).exists():
        raise Refused("Payments through the gateway are under way.")
    delete_record(gateway, actor=actor)
