"""`manage.py work`: does the work that requests and the schedule left for later."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from paymenter.jobs.execution import Outcome
from paymenter.jobs.rows import due
from paymenter.jobs.worker import Worker


class Command(BaseCommand):
    help = (
        "Run jobs from the database: mails, webhooks, provisioning. Ends on SIGTERM or Ctrl-C, "
        "after the job at hand. Several at once share the work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks at an empty queue"
        )

    def handle(self, *, once: bool, interval: float, **_: Any) -> None:
        if settings.JOBS_ENGINE == "celery":
            self.stderr.write("JOBS_ENGINE is celery: this worker shares the work with Celery's.")
        worker = Worker(interval=interval, told=self._progress(once))
        worker.listen_to_signals()
        if once:
            worker.drain()
            self.stdout.write(_summary(worker))
        else:
            worker.serve()

    def _progress(self, once: bool) -> Any:
        """Counts on a terminal; None where nobody watches."""
        if not once or not sys.stderr.isatty():
            return None
        waiting, done = due().count(), 0

        def told(_: Outcome) -> None:
            nonlocal done
            done += 1
            self.stderr.write(f"\r{done} of {max(waiting, done)} jobs", ending="")

        return told


def _summary(worker: Worker) -> str:
    counts = ", ".join(f"{worker.outcomes[outcome]} {outcome}" for outcome in Outcome)
    return f"Jobs: {counts}"
