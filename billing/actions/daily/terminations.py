"""Step services_terminated: what stays unpaid, and what its client wanted to end.

Paymenter: CronJob, services_terminated; it lets a service that was cancelled for the end of its
period run on until it would have been terminated for not being paid.
"""

from django.db.models import Exists, OuterRef, Q

from billing.actions.daily.holds import money_under_way
from billing.actions.daily.step import Done, Rows, Step
from billing.actions.services import end_service, held_to_end
from billing.models import Service, ServiceCancellation
from paymenter.actor import SYSTEM

_Status = Service.Status


class ServicesTerminated(Step):
    """Suspended and overdue for more than `cronjob_order_terminate` days; or cancelled for the end
    of a period that is over."""

    key = "services_terminated"
    label = "Services terminated"

    def due(self) -> Rows:
        ends = ServiceCancellation.objects.filter(
            service_id=OuterRef("pk"), type=ServiceCancellation.Type.END_OF_PERIOD
        )
        overdue = Q(expires_at__lt=self.ago("cronjob_order_terminate", 14))
        unpaid = Q(status=_Status.SUSPENDED) & overdue & ~money_under_way(self.now)
        over = Q(expires_at__lte=self.now, status__in=(_Status.ACTIVE, _Status.SUSPENDED))
        return Service.objects.filter(unpaid | (over & Exists(ends)))

    def carry_out(self, record: Service) -> Done | None:
        service = held_to_end(record)
        if not self.due().filter(pk=service.pk).exists():
            return None
        end_service(service, actor=SYSTEM)
        return Done(f"service #{service.pk} terminated")
