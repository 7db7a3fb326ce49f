"""Wakes workers that do not look at the database by themselves: Celery's."""

from datetime import datetime

from django.conf import settings
from django.db import transaction


def publish(key: str, due: datetime) -> None:
    """Tells Celery of the row once it is committed; the database's own workers need no telling."""
    if settings.JOBS_ENGINE == "celery":
        from paymenter.jobs.celery import tell

        transaction.on_commit(lambda: tell(key, due), robust=True)
