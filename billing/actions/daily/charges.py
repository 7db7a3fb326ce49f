"""Saved payment methods are charged for the invoices that the run has made.

Before anything is suspended: what is settled in a run is not suspended in it (Paymenter: after).
"""

from django.db.models import Q

from billing.actions.charges import charge_now
from billing.actions.daily.step import Done, OutsideStep, Rows
from billing.daily.models import Charge, DailyRun
from paymenter.db import fields

_Status = Charge.Status


class ChargesMade(OutsideStep):
    key = "invoice_charged"
    label = "Invoices charged"

    def due(self) -> Rows:
        waits = Q(status=_Status.QUEUED)
        abandoned = Q(status=_Status.RUNNING, lease_until__lt=fields.now())
        return Charge.objects.filter(waits | abandoned, run_id__isnull=False)

    def carry_out(self, record: Charge) -> Done | None:
        charge = charge_now(record.pk)
        return Done(f"{charge}: {charge.status}") if charge else None


def charged(run: DailyRun) -> int:
    """How many the gateways answered; one that only says no counts too, as in Paymenter."""
    answered = (_Status.ACCEPTED, _Status.DECLINED)
    return Charge.objects.filter(run_id=run.pk, status__in=answered).count()
