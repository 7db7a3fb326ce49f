"""Step upgrade_invoices_updated: upgrades that nobody paid in time.

Paymenter: CronJob, upgrade_invoices_updated. It cancels upgrades of services without due date, and
on the due date from midnight.
"""

from collections.abc import Sequence

from billing.actions.daily.step import Done, Rows, Step
from billing.actions.invoices import is_being_paid
from billing.actions.upgrades import update_upgrade
from billing.models import ServiceUpgrade
from paymenter.actor import SYSTEM

_Status = ServiceUpgrade.Status


class UpgradeInvoicesUpdated(Step):
    key = "upgrade_invoices_updated"
    label = "Upgrade invoices updated"

    def due(self) -> Rows:
        return ServiceUpgrade.objects.filter(
            status=_Status.PENDING, service__expires_at__lt=self.now
        )

    def load(self, ids: Sequence[int]) -> list[ServiceUpgrade]:
        return list(self.due().filter(pk__in=ids).select_related("invoice").order_by("pk"))

    def carry_out(self, record: ServiceUpgrade) -> Done | None:
        if record.invoice is not None and is_being_paid(record.invoice):
            return None
        update_upgrade(record, actor=SYSTEM, status=_Status.CANCELLED.value)
        return Done(f"{record} cancelled: the period is over")
