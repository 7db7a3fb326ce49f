"""Saved payment methods are charged: by the daily run for its invoices, or because a client pays.

A row is written first. One row for an invoice is one charge at a time, and its key goes to the
provider with every attempt. A worker that dies with the provider's answer leaves the row claimed:
whoever comes when the claim has run out asks again with the same key. What was charged is told by
the gateway's module (payments). There is no second try by itself, as in Paymenter.
"""

import logging
from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from accounts.actions.records import change_record
from billing.actions.invoices import is_being_paid
from billing.actions.payments import remaining
from billing.daily.models import Charge, DailyRun
from billing.gateways import Declined, module_called
from billing.models import BillingAgreement, Gateway, Invoice, Plan, Service
from paymenter import events
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked
from paymenter.db.morph import class_name
from paymenter.errors import Refused

NO_METHOD = "The saved payment method was removed."
NO_MODULE = "The gateway {} cannot charge saved payment methods here."

TWICE = "The invoice is being charged right now: wait for the answer."

NOT_OPEN = "This invoice cannot be paid."
INVALID = "Invalid payment method."
UNSUPPORTED = "This payment method cannot be used for this invoice."

LEASE = timedelta(minutes=5)

_Status = Charge.Status
UNDER_WAY = (_Status.QUEUED, _Status.RUNNING)

log = logging.getLogger(__name__)


def queue_charge(invoice: Invoice, agreement_id: int, run: DailyRun | None) -> Charge:
    """In a transaction that holds the invoice. Refused while another charge of it is under way."""
    wanted = {
        "billing_agreement_id": agreement_id,
        "run_id": run.pk if run else None,
        "key": str(uuid4()),
        "status": _Status.QUEUED,
        "error": None,
    }
    if Charge.objects.filter(invoice_id=invoice.pk, status__in=UNDER_WAY).exists():
        raise Refused(TWICE)
    charge, _ = Charge.objects.update_or_create(invoice_id=invoice.pk, defaults=wanted)
    return charge


def pay_with_agreement(
    invoice: Invoice, ulid: str, *, actor: Actor, for_renewals: bool = False
) -> bool:
    """A client pays an open invoice with a saved method of his; whether the provider accepted.

    `for_renewals`: the method is charged for the invoice's recurring services from now on.
    """
    if invoice.status != Invoice.Status.PENDING:
        raise Refused(NOT_OPEN)
    mine = BillingAgreement.objects.filter(user_id=invoice.user_id, ulid=ulid)
    agreement = mine.first()
    if agreement is None:
        raise Refused(INVALID)
    if not _can_charge(agreement):
        raise Refused(UNSUPPORTED)
    with transaction.atomic():
        held = locked(invoice)
        if for_renewals:
            _use_for_renewals(held, agreement, actor)
        charge = queue_charge(held, agreement.pk, None)
    made = charge_now(charge.pk)
    return made is not None and made.status == _Status.ACCEPTED


def _can_charge(agreement: BillingAgreement) -> bool:
    gateway = Gateway.objects.filter(pk=agreement.gateway_id).first()
    module = module_called(gateway.extension) if gateway else None
    return module is not None and module.charges


def _use_for_renewals(invoice: Invoice, agreement: BillingAgreement, actor: Actor) -> None:
    items = invoice.items.filter(reference_type=class_name(Service))
    services = Service.objects.select_for_update().filter(
        pk__in=items.values("reference_id"), plan__type=Plan.Type.RECURRING
    )
    for service in services.order_by("pk"):
        change_record(service, {"billing_agreement_id": agreement.pk}, actor=actor)


def charge_now(charge_id: int) -> Charge | None:
    """None where nobody has to be charged any more, or somebody else is at it."""
    charge = _claim(charge_id)
    if charge is None:
        return None
    try:
        accepted = _ask(charge)
    except Exception as error:
        log.warning("%s failed: %s", charge, error)
        _note(charge, _Status.FAILED, str(error))
        return charge
    _note(charge, _Status.ACCEPTED if accepted else _Status.DECLINED, None)
    return charge


@transaction.atomic
def _claim(charge_id: int) -> Charge | None:
    first = Charge.objects.filter(pk=charge_id).first()
    if first is None:
        return None
    invoice = Invoice.objects.select_for_update().filter(pk=first.invoice_id).first()
    charge = Charge.objects.select_for_update().get(pk=charge_id)
    now = fields.now()
    free = charge.status == _Status.QUEUED or (
        charge.status == _Status.RUNNING and charge.lease_until and charge.lease_until < now
    )
    if not free:
        return None
    open_amount = remaining(invoice) if invoice else None
    if invoice is None or invoice.status != Invoice.Status.PENDING or is_being_paid(invoice):
        Charge.objects.filter(pk=charge.pk).delete()
        return None
    charge.amount, charge.status, charge.lease_until = open_amount, _Status.RUNNING, now + LEASE
    charge.save()
    return charge


def _ask(charge: Charge) -> bool:
    invoice = Invoice.objects.get(pk=charge.invoice_id)
    agreement = BillingAgreement.objects.filter(pk=charge.billing_agreement_id).first()
    if agreement is None:
        raise Declined(NO_METHOD)
    gateway = Gateway.objects.filter(pk=agreement.gateway_id).first()
    module = module_called(gateway.extension) if gateway else None
    if module is None or not module.charges:
        raise Declined(NO_MODULE.format(gateway.extension if gateway else "that was deleted"))
    amount = charge.amount if charge.amount is not None else remaining(invoice)
    return module.charge(invoice, amount, agreement, key=charge.key)


@transaction.atomic
def _note(charge: Charge, status: str, error: str | None) -> None:
    rows = Charge.objects.filter(pk=charge.pk, status=_Status.RUNNING)
    if not rows.update(status=status, error=error, updated_at=fields.now()):
        return
    charge.status = status
    invoice = Invoice.objects.filter(pk=charge.invoice_id).first()
    if status == _Status.FAILED and invoice is not None and charge.run_id:
        events.emit(events.CHARGE_FAILED, invoice, error=error)
