"""Step upgrade_invoices_updated: what open upgrades cost today; those unpaid in time end.

Paymenter: CronJob, upgrade_invoices_updated. It cancels upgrades of services without due date, and
on the due date from midnight; it gives every line of the invoice the price of the upgrade, also
where a part was paid, the invoice was cancelled, or there is nothing to pay any more.
"""

from collections.abc import Sequence

from django.db.models import Q

from billing.actions.daily.step import Done, Rows, Step
from billing.actions.invoices import is_being_paid
from billing.actions.upgrades import reprice_upgrade, update_upgrade
from billing.models import Invoice, ServiceUpgrade
from paymenter.actor import SYSTEM

_Status = ServiceUpgrade.Status


class UpgradeInvoicesUpdated(Step):
    key = "upgrade_invoices_updated"
    label = "Upgrade invoices updated"

    def due(self) -> Rows:
        is_over = Q(service__expires_at__lt=self.now)
        is_open = Q(invoice__status=Invoice.Status.PENDING)
        return ServiceUpgrade.objects.filter(is_over | is_open, status=_Status.PENDING)

    def load(self, ids: Sequence[int]) -> list[ServiceUpgrade]:
        rows = self.due().filter(pk__in=ids).select_related("invoice", "service")
        return list(rows.order_by("pk"))

    def carry_out(self, record: ServiceUpgrade) -> Done | None:
        if record.invoice is not None and is_being_paid(record.invoice):
            return None
        expires_at = record.service.expires_at
        if expires_at is None or expires_at >= self.now:
            price = reprice_upgrade(record)
            return Done(f"{record} costs {price} today") if price is not None else None
        update_upgrade(record, actor=SYSTEM, status=_Status.CANCELLED.value)
        return Done(f"{record} cancelled: the period is over")
