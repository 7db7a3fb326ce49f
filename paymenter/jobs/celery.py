"""Celery as the engine: `celery --app paymenter.jobs.celery worker` on as many machines as wanted.

The rows stay the truth. A message holds only the key of one, so it may come twice, late or never:
a row is claimed once, and `sweep` (scheduled each minute) sends again what nobody took.
"""

import logging
import os
import time
from datetime import datetime, timedelta
from socket import gethostname

import django
from celery import Celery
from celery.exceptions import CeleryError
from django.apps import apps
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paymenter.settings")
if not apps.ready:  # this module is Celery's way in
    django.setup()

log = logging.getLogger(__name__)

LONGEST_COUNTDOWN = timedelta(minutes=10)  # later ones are left to the sweep
TAKEN_FOR_LOST = timedelta(minutes=1)
AT_ONCE = 1000  # messages of one sweep
LEFT_ALONE = 30.0  # seconds

_silent_until = float("-inf")

app = Celery("paymenter", broker=settings.CELERY_BROKER_URL, set_as_current=False)
app.conf.update(
    task_default_queue=settings.CELERY_QUEUE,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,  # else tried for ever
    },
    enable_utc=True,
)


@app.task(name="paymenter.run")  # type: ignore[untyped-decorator]
def run(key: str) -> str | None:
    """The outcome; None when there was nothing to do."""
    from paymenter.jobs import execution, rows

    row = rows.claim_one(key, f"celery@{gethostname()}:{os.getpid()}")
    return execution.attempt(row) if row else None


def tell(key: str, due: datetime) -> None:
    """A broker that does not answer is logged, never raised, and left alone for a while, so that
    it slows no other request: the sweep sends again."""
    global _silent_until
    wait = due - timezone.now()
    if wait > LONGEST_COUNTDOWN or time.monotonic() < _silent_until:
        return
    try:
        run.apply_async((key,), countdown=max(wait.total_seconds(), 0) or None, retry=False)
    except (CeleryError, OperationalError, OSError) as error:
        _silent_until = time.monotonic() + LEFT_ALONE
        log.warning("Celery's broker did not take job %s: %s", key, error)


def sweep() -> int:
    """Sends again what has been due for a minute; how many."""
    from paymenter.jobs import rows

    rows.release_expired()
    late = rows.due().filter(run_after__lt=timezone.now() - TAKEN_FOR_LOST)
    keys = [str(key) for key in late.values_list("pk", flat=True)[:AT_ONCE]]
    for key in keys:
        tell(key, timezone.now())
    return len(keys)
