"""What is kept for a while only."""

from collections.abc import Sequence

from accounts.models import EmailLog
from billing.actions.daily.step import BulkStep, Done, Rows
from paymenter.models import DebugLog

DEBUG_LOGS_KEPT = 30  # days, as in Paymenter


class EmailLogsDeleted(BulkStep):
    """Older than `cronjob_delete_email_logs` days."""

    key = "email_logs_deleted"
    label = "Email logs deleted"

    def due(self) -> Rows:
        since = self.ago("cronjob_delete_email_logs", 90)
        return EmailLog.objects.filter(created_at__lt=since)

    def carry_out_all(self, ids: Sequence[int]) -> Done | None:
        count, _ = EmailLog.objects.filter(pk__in=ids).delete()
        return Done(self.label, amount=count) if count else None


class DebugLogsDeleted(BulkStep):
    key = "debug_logs_deleted"
    label = "Debug logs deleted"
    in_stats = False

    def due(self) -> Rows:
        return DebugLog.objects.filter(created_at__lt=self.shifted(-DEBUG_LOGS_KEPT))

    def carry_out_all(self, ids: Sequence[int]) -> Done | None:
        count, _ = DebugLog.objects.filter(pk__in=ids).delete()
        return Done(self.label, amount=count) if count else None
