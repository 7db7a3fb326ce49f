"""Celery's worker on RabbitMQ and on Redis; a broker that is down loses nothing."""

import os
import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from kombu.connection import Connection

from paymenter.jobs import celery
from paymenter.models import CronStat
from paymenter.tests.processes import Installation, Process, installation, until
from paymenter.tests.scratch import ALIAS

BROKERS = {
    "rabbitmq": "amqp://guest:guest@127.0.0.1:5672//",
    "redis": "redis://127.0.0.1:6379/9",
}
JOBS = 200
NOWHERE = "amqp://guest:guest@127.0.0.1:1//"
ENQUEUE = """
from django.db import transaction
from paymenter.tests.queue import note
with transaction.atomic():
    for number in range({numbers}):
        note.enqueue(number=number)
"""
SWEEP = "from paymenter.jobs.celery import sweep; assert sweep() == {count}"


def answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=sorted(BROKERS))
def place(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Installation]:
    url = BROKERS[request.param]
    if not answers(url):
        pytest.skip(f"no {request.param} at {urlsplit(url).netloc}")
    queue = f"test-{uuid4().hex}"
    with django_db_blocker.unblock(), installation() as found:
        found.environment |= {
            "JOBS_ENGINE": "celery",
            "CELERY_BROKER_URL": url,
            "CELERY_QUEUE": queue,
        }
        yield found
    with Connection(url) as broker:
        broker.default_channel.queue_delete(queue)


def noted() -> list[int]:
    return sorted(CronStat.objects.using(ALIAS).values_list("value", flat=True))


def test_celery_runs_what_was_enqueued_and_what_its_broker_never_heard_of(
    place: Installation,
) -> None:
    rows = DBTaskResult.objects.using(ALIAS)
    place.run(ENQUEUE.format(numbers=20), CELERY_BROKER_URL=NOWHERE)
    assert rows.filter(status="READY").count() == 20, "the rows are there, whatever the broker"
    rows.update(run_after=timezone.now() - timedelta(minutes=2))
    place.run(SWEEP.format(count=20))
    place.run(ENQUEUE.format(numbers=10))
    worker = celery_worker(place)
    until(lambda: not rows.exists())
    assert noted() == sorted([*range(20), *range(10)])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_celery_worker_that_is_killed_loses_nothing(place: Installation) -> None:
    rows = DBTaskResult.objects.using(ALIAS)
    place.run(ENQUEUE.format(numbers=JOBS))
    killed, other = celery_worker(place), celery_worker(place)
    until(lambda: len(noted()) > JOBS // 10)
    kill_all(killed)
    other.send_signal(signal.SIGTERM)
    other.wait(30)  # with whatever status: it may still have been starting
    assert rows.filter(status="RUNNING").count() <= 1, "what the killed one had begun"
    left = rows.update(
        run_after=timezone.now() - timedelta(minutes=2),
        started_at=timezone.now() - timedelta(minutes=5),
    )
    place.run(SWEEP.format(count=left))
    celery_worker(place)
    until(lambda: not rows.exists())
    assert set(noted()) == set(range(JOBS))
    assert len(noted()) <= JOBS + 1, "only the job in the air came twice"


def celery_worker(place: Installation) -> Process:
    """Not with `--pool solo`, which has stood still for ten seconds on RabbitMQ."""
    return place.start(
        *("-m", "celery", "--app", "paymenter.jobs.celery", "worker", "--concurrency", "1"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )


def kill_all(worker: Process) -> None:
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for child in map(int, children):
        os.kill(child, signal.SIGKILL)
    worker.kill()
    worker.wait()


@pytest.mark.django_db
def test_broker_that_is_down_is_asked_once_and_then_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def refuse(*given: object, **options: object) -> None:
        asked.append(given)
        raise OSError("Connection refused")

    monkeypatch.setattr(celery, "_silent_until", float("-inf"))
    monkeypatch.setattr(celery.run, "apply_async", refuse)
    for key in ("a", "b"):
        celery.tell(key, timezone.now())
    assert asked == [(("a",),)]
