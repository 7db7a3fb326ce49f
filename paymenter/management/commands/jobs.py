"""`manage.py jobs`: what waits, what runs, and what was given up."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from paymenter.actions.failed_jobs import delete_failed_job, retry_failed_job
from paymenter.actor import SYSTEM
from paymenter.api.failed_jobs import name_of
from paymenter.errors import Refused
from paymenter.jobs import overview, parking
from paymenter.masking import without_links
from paymenter.models import FailedJob

ALL = "all"

Deal = Callable[[FailedJob], Any]


class Command(BaseCommand):
    help = (
        "Show the queue: how many jobs wait, run and were given up. Those given up stand in "
        "failed_jobs until they are retried or discarded. PHP's own are listed too, but only PHP "
        "can retry them; `all` means all of ours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--failed", action="store_true", help="list the jobs given up")
        what.add_argument("--retry", metavar="ID|all", help="enqueue a job again that was given up")
        what.add_argument(
            "--discard", metavar="ID|all", help="delete a job that was given up; it never runs"
        )

    def handle(self, *, failed: bool, retry: str | None, discard: str | None, **_: Any) -> None:
        if retry:
            done = _each(retry, lambda job: retry_failed_job(job, actor=SYSTEM))
            self.stdout.write(f"{done} jobs enqueued again")
        elif discard:
            done = _each(discard, lambda job: delete_failed_job(job, actor=SYSTEM))
            self.stdout.write(f"{done} jobs discarded")
        elif failed:
            self._list()
        else:
            self._count()

    def _count(self) -> None:
        counts, late = overview.counts(), overview.oldest_due()
        since = f", the oldest for {late} s" if late is not None else ""
        self.stdout.write(f"waiting {counts.waiting} ({counts.due} of them due{since})")
        self.stdout.write(f"running {counts.running}")
        self.stdout.write(f"parked  {counts.parked} (see --failed)")

    def _list(self) -> None:
        for job in FailedJob.objects.order_by("pk").iterator():
            whose = "" if job.connection == parking.CONNECTION else " (PHP's)"
            name = f"{name_of(job.payload) or 'unnamed'}{whose}"
            why = without_links(overview.last_line(job.exception)) or ""
            self.stdout.write(f"{job.pk}  {job.failed_at:%Y-%m-%d %H:%M} UTC  {name}  {why}")


def _each(which: str, deal: Deal) -> int:
    """Each in a transaction of its own: one that is refused is told and holds no other up."""
    done, refused = 0, []
    for key in list(_chosen(which).order_by("pk").values_list("pk", flat=True)):
        try:
            deal(FailedJob(pk=key))
            done += 1
        except FailedJob.DoesNotExist:  # somebody else dealt with it
            pass
        except Refused as refusal:
            refused.append(f"{key}: {refusal}")
    if refused:
        raise CommandError("\n".join([f"{done} jobs done, {len(refused)} refused", *refused]))
    return done


def _chosen(which: str) -> "QuerySet[FailedJob]":
    if which == ALL:
        return FailedJob.objects.filter(connection=parking.CONNECTION)
    if not (which.isascii() and which.isdigit()):
        raise CommandError(f"{which} is neither an id (see --failed) nor `all`.")
    found = FailedJob.objects.filter(pk=int(which))
    if not found.exists():
        raise CommandError(f"There is no failed job {which}: see --failed.")
    return found
