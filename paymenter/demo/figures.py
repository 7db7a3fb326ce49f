"""What the daily run counted in the last month."""

from collections import Counter
from datetime import date, datetime, timedelta

from paymenter.demo.plans import CRON
from paymenter.demo.tables import Tables
from paymenter.models import CronStat, Setting

_DAYS = 31
_KEYS = (
    "invoices_created",
    "orders_cancelled",
    "upgrade_invoices_updated",
    "services_suspended",
    "services_terminated",
    "tickets_closed",
    "email_logs_deleted",
    "invoice_charged",
)


class Figures:
    def __init__(self, today: date) -> None:
        self._today = today
        self._first = today - timedelta(days=_DAYS - 1)
        self._counts: Counter[tuple[str, date]] = Counter()

    def count(self, key: str, day: date) -> None:
        if day >= self._first:
            self._counts[key, day] += 1

    def write(self, tables: Tables) -> None:
        for number in range(_DAYS):
            day = self._first + timedelta(days=number)
            at = datetime.combine(day, CRON)
            for key in _KEYS:
                tables[CronStat].add(key, self._counts[key, day], day, at, at)
        at = datetime.combine(self._today, CRON)
        owner = ("App\\Models\\CronStat", None)
        tables[Setting].add("last_cron_run", str(at), "string", False, *owner, at, at)
