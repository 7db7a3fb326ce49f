"""Jobs that worker processes of tests and of bench/jobs.py run."""

from uuid import uuid4

from paymenter.jobs import job
from paymenter.models import CronStat

DAY = "2026-03-01"


@job()
def nothing() -> None:
    return None


@job(attempts=3)
def note(number: int) -> None:
    """Leaves a row each time that it runs."""
    CronStat.objects.create(key=f"note-{number}-{uuid4().hex[:8]}", value=number, date=DAY)
