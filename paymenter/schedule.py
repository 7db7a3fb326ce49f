"""All that happens by time, on one page (Paymenter: routes/console). `manage.py schedule` runs it.

Times are those of the setting `timezone`. Mail is fetched by no entry yet: it comes with the
support desk.
"""

import re

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.actions.webhook_deliveries import prune_webhook_deliveries
from billing.actions.carts import purge_carts
from billing.actions.daily.runs import start_daily
from billing.actions.figures import count_days
from paymenter import options
from paymenter.actions.heartbeat import beat
from paymenter.jobs.timing import Entry

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")


def _every_minute() -> str:
    return "* * * * *"


def _at_cronjob_time() -> str:
    """Paymenter: setting cronjob_time, 00:00 where it is missing or no time."""
    parts = _TIME.fullmatch(str(options.get("cronjob_time", "00:00")).strip())
    hour, minute = parts.groups() if parts else ("0", "0")
    return f"{int(minute)} {int(hour)} * * *"


def _sweep() -> None:
    if settings.JOBS_ENGINE == "celery":
        from paymenter.jobs.celery import sweep

        transaction.on_commit(sweep, robust=True)


def _nightly() -> str:
    return "17 3 * * *"


def _forget_envelopes() -> None:
    import_string("accounts.actions.mails.forget_envelopes")()


SCHEDULE = (
    Entry("heartbeat", _every_minute, beat, "notes that the schedule runs (last_scheduler_run)"),
    Entry("daily", _at_cronjob_time, start_daily, "the daily run, by the workers (run_daily)"),
    Entry(
        "webhooks",
        _at_cronjob_time,
        prune_webhook_deliveries.enqueue,
        "forgets deliveries of webhooks after 30 days, by the workers",
    ),
    Entry("sweep", _every_minute, _sweep, "sends jobs again that Celery's broker lost"),
    Entry("carts", _nightly, purge_carts.enqueue, "deletes carts that nobody touched for 30 days"),
    Entry("figures", _nightly, count_days.enqueue, "counts past days for the dashboard"),
    Entry("envelopes", _nightly, _forget_envelopes, "forgets copies of mails that the log lost"),
)
