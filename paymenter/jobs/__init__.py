"""Work to be done after the transaction that caused it.

    @job(attempts=5, deadline=30)
    def send_mail(email_log_id: int) -> None: ...

    send_mail.enqueue(email_log_id=3)                        # in the caller's transaction
    send_mail.using(run_after=moment).enqueue(email_log_id=3)

`enqueue` writes a row of django-tasks-db, so a transaction that is rolled back enqueued nothing.
A worker (`manage.py work`, or Celery's) runs it at least once: a worker that is killed leaves the
row, and another one takes it when its lease has run out. So a job must be safe to run twice; one
with `atomic=True` needs no care, as its writes and its end are one transaction.

A job that raises is tried again after `delays`, with `TryLater` not before its `wait`; after the
last attempt, or at once when it raises `GiveUp`, it is parked in `failed_jobs`, where staff read,
retry or discard it. Arguments are stored
as JSON, in clear, and shown to staff: pass ids, never secrets.
"""

from paymenter.jobs.definition import GiveUp, Job, TryLater, job

__all__ = ["GiveUp", "Job", "TryLater", "job"]
