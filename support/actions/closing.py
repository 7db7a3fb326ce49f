"""Step tickets_closed of the daily run: answered, and no word since (Paymenter: CronJob)."""

from django.db.models import Max

from accounts.actions.records import change_record
from billing.actions.daily.step import Done, Rows, Step
from paymenter import events
from paymenter.actor import SYSTEM
from paymenter.db.locks import locked
from support.models import Ticket


class TicketsClosed(Step):
    """Whose latest message is older than `cronjob_close_ticket` days."""

    key = "tickets_closed"
    label = "Tickets closed"

    def due(self) -> Rows:
        since = self.ago("cronjob_close_ticket", 7)
        rows = Ticket.objects.filter(status=Ticket.Status.REPLIED)
        return rows.annotate(last=Max("messages__created_at")).filter(last__lt=since)

    def carry_out(self, record: Ticket) -> Done | None:
        ticket = locked(record)
        if not self.due().filter(pk=ticket.pk).exists():
            return None
        change_record(ticket, {"status": Ticket.Status.CLOSED.value}, actor=SYSTEM)
        events.emit(events.TICKET_CLOSED, ticket)
        return Done(f"ticket #{ticket.pk} closed")
