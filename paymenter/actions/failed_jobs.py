from django.db import transaction

from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.models import FailedJob


@transaction.atomic
def delete_failed_job(job: FailedJob, *, actor: Actor) -> None:
    """Marks it as dealt with: nothing runs again."""
    locked(job).delete()
