"""Step orders_cancelled: orders that nobody paid (Paymenter: CronJob, orders_cancelled)."""

from django.db.models import Exists, OuterRef

from billing.actions.daily.holds import is_held, money_under_way
from billing.actions.daily.step import Done, Rows, Step
from billing.actions.services import end_service, held_to_end
from billing.models import Invoice, InvoiceItem, Service
from paymenter.actor import SYSTEM
from paymenter.db.morph import class_name


class OrdersCancelled(Step):
    """Pending for longer than `cronjob_order_cancel` days, without a paid invoice, and no payment
    under way."""

    key = "orders_cancelled"
    label = "Orders cancelled"

    def due(self) -> Rows:
        since = self.ago("cronjob_order_cancel", 7)
        rows = Service.objects.filter(status=Service.Status.PENDING, created_at__lt=since)
        return rows.exclude(Exists(_paid_items())).exclude(money_under_way(self.now))

    def carry_out(self, record: Service) -> Done | None:
        service = held_to_end(record)
        due = self.due().filter(pk=service.pk)
        if service.status != Service.Status.PENDING or not due.exists() or is_held(service):
            return None
        end_service(service, actor=SYSTEM)
        return Done(f"order of service #{service.pk} cancelled")


def _paid_items() -> "Rows":
    return InvoiceItem.objects.filter(
        reference_type=class_name(Service),
        reference_id=OuterRef("pk"),
        invoice__status=Invoice.Status.PAID,
    )
