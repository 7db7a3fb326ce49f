"""Jobs that were given up: tried again, or marked as dealt with."""

from django.db import transaction

from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.jobs import parking
from paymenter.models import FailedJob


@transaction.atomic
def retry_failed_job(job: FailedJob, *, actor: Actor) -> str:
    """Enqueues it anew with all its attempts; the new job's id.

    Raises Refused for a job of PHP's or one that this version of the code has not.
    """
    return parking.enqueue_again(locked(job))


@transaction.atomic
def delete_failed_job(job: FailedJob, *, actor: Actor) -> None:
    """Marks it as dealt with: nothing runs again."""
    locked(job).delete()
