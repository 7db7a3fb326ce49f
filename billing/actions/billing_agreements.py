"""Saved payment methods (Paymenter: ExtensionHelper.makeBillingAgreement, Services\\Show)."""

from datetime import date
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record
from billing.models import BillingAgreement, Gateway, Service
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.laravel.ulids import new_ulid

UNKNOWN = "There is no such saved payment method."
FOREIGN = "The payment method belongs to another client."


@transaction.atomic
def save_agreement(
    *,
    actor: Actor,
    user_id: int,
    gateway_id: int,
    external_reference: str,
    **values: str | date | None,
) -> tuple[BillingAgreement, bool]:
    """The method, and whether it is new; values: name, type, expiry.

    One that was removed comes back (Paymenter fails). A reference belongs to one client for good.
    """
    rows = BillingAgreement.with_trashed.select_for_update()
    known = rows.filter(external_reference=external_reference).first()
    owner: dict[str, Any] = {"user_id": user_id, "gateway_id": gateway_id}
    if known is None:
        columns = {"external_reference": external_reference, **owner, **values, "ulid": new_ulid()}
        return create_record(BillingAgreement, columns, actor=actor), True
    if known.user_id != user_id:
        raise Refused.on("external_reference", FOREIGN)
    changes = {**owner, **values, **({"deleted_at": None} if known.deleted_at else {})}
    change_record(known, changes, actor=actor)
    return known, False


@transaction.atomic
def choose_agreement(service: Service, ulid: str | None, *, actor: Actor) -> Service:
    """The method charged for renewals: one of the service's client, None for none."""
    service = locked(service)
    chosen = None
    if ulid is not None:
        mine = BillingAgreement.objects.filter(user_id=service.user_id)
        chosen = mine.filter(ulid=ulid).first()
        if chosen is None:
            raise Refused.on("billing_agreement", UNKNOWN)
    change_record(service, {"billing_agreement_id": chosen.pk if chosen else None}, actor=actor)
    return service


def gateway_named(extension: str) -> Gateway:
    """Raises DoesNotExist."""
    found: Gateway = Gateway.objects.filter(extension=extension).order_by("pk")[:1].get()
    return found
