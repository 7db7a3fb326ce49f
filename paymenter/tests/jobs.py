"""Runs in a test what a worker would run."""

from collections import Counter

from paymenter.jobs.execution import Outcome
from paymenter.jobs.worker import Worker


def work_off() -> Counter[Outcome]:
    """What is due now and what that enqueues in turn."""
    worker = Worker()
    worker.drain()
    return worker.outcomes
