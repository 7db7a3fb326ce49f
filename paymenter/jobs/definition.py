"""What a job is: django-tasks' Task with attempts, delays between them, and a deadline."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.backend import DatabaseBackend

T = TypeVar("T")
P = ParamSpec("P")

FIRST_DELAY = 10  # seconds; doubled after each attempt
LONGEST_DELAY = 3600
JITTER = 0.2  # of the delay, up and down


class GiveUp(Exception):
    """Raised by a job that no further attempt can help: it is parked at once."""


class TryLater(Exception):
    """Raised by a job that was told how long to wait: its next attempt comes no sooner."""

    def __init__(self, text: str, *, wait: timedelta = timedelta()) -> None:
        super().__init__(text)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Task[P, T], Generic[P, T]):
    attempts: int = 8
    """How often it is tried before it is parked."""

    deadline: int = 60
    """Seconds after which one attempt is broken off."""

    delays: tuple[int, ...] = ()
    """Seconds to wait after the first, second, … attempt; without them 10, 20, 40 … 3600."""

    atomic: bool = False
    """Whether what it writes and its end are one transaction."""

    def delay(self, attempt: int) -> float:
        """Seconds to wait after this attempt, counted from 1, give or take a fifth."""
        if self.delays:
            seconds = self.delays[min(attempt, len(self.delays)) - 1]
        else:
            seconds = min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY)
        return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


class Backend(DatabaseBackend):
    """Every row says when it is due, so that the next one is found by one look at the index."""

    task_class: Any = Job

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        from paymenter.jobs import transport

        due = task if task.run_after else task.using(run_after=timezone.now())
        result: Any = super().enqueue(due, args, kwargs)
        transport.publish(result.id, due.run_after)
        return result


def job(
    *,
    attempts: int = 8,
    deadline: int = 60,
    delays: tuple[int, ...] = (),
    atomic: bool = False,
    priority: int = 0,
) -> Callable[[Callable[P, T]], Job[P, T]]:
    """Makes a job of a function at the top of a module; `delays` set how often it is tried."""
    return cast(
        "Callable[[Callable[P, T]], Job[P, T]]",
        task(
            priority=priority,
            attempts=len(delays) + 1 if delays else attempts,
            deadline=deadline,
            delays=delays,
            atomic=atomic,
        ),
    )
