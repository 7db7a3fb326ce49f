"""Step services_suspended: what nobody paid for (Paymenter: CronJob, services_suspended)."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from billing.actions.daily.holds import money_under_way
from billing.actions.daily.renewals import InvoicesCreated
from billing.actions.daily.step import Done, Rows, Step
from billing.actions.services import suspend_service
from billing.daily.models import DailyWork
from billing.models import Invoice, Service, ServiceCancellation
from paymenter.actor import SYSTEM
from paymenter.db.locks import locked


class ServicesSuspended(Step):
    """Active and overdue for more than `cronjob_order_suspend` days.

    Not: what costs nothing, as nobody owes anything; what was paid in this run; what ends with its
    period, which the next step does; and what a payment under way may settle.
    """

    key = "services_suspended"
    label = "Services suspended"

    def due(self) -> Rows:
        ends = ServiceCancellation.objects.filter(
            service_id=OuterRef("pk"), type=ServiceCancellation.Type.END_OF_PERIOD
        )
        rows = Service.objects.filter(
            status=Service.Status.ACTIVE, expires_at__lt=self._before(), price__gt=0
        )
        rows = rows.exclude(Exists(ends)).exclude(money_under_way(self.now))
        return rows.exclude(Exists(self._paid_today())).exclude(pk__in=self.settled)

    def carry_out(self, record: Service) -> Done | None:
        service = locked(record)
        if not self.due().filter(pk=service.pk).exists():
            return None
        suspend_service(service, actor=SYSTEM)
        return Done(f"service #{service.pk} suspended")

    def _paid_today(self) -> Rows:
        work = DailyWork.objects.filter(
            step=InvoicesCreated.key, record_id=OuterRef("pk"), day=self.today
        )
        paid = Invoice.objects.filter(status=Invoice.Status.PAID, pk=OuterRef("invoice_id"))
        return work.filter(Exists(paid))

    def _before(self) -> datetime:
        return self.ago("cronjob_order_suspend", 2)
