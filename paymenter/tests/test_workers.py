"""Several `manage.py work` at once: each job runs once, also when workers stop or die."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from paymenter.models import CronStat, FailedJob
from paymenter.tests.processes import Installation, Process, installation, store_jobs, until
from paymenter.tests.queue import note
from paymenter.tests.scratch import ALIAS

JOBS = 1000
NOTE = "paymenter.tests.queue.note"


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Installation]:
    with django_db_blocker.unblock(), installation() as found:
        yield found


def rows() -> Any:
    return DBTaskResult.objects.using(ALIAS)


def noted() -> Counter[int]:
    return Counter(CronStat.objects.using(ALIAS).values_list("value", flat=True))


def work(place: Installation) -> Process:
    return place.start("manage.py", "work", "--interval", "0.1")


def held_by(process: Process) -> list[Any]:
    running = rows().filter(status="RUNNING")
    return [row.pk for row in running if f":{process.pid}:" in row.worker_ids[-1]]


def test_workers_stop_and_die_and_every_job_runs(place: Installation) -> None:
    store_jobs(NOTE, [{"number": number} for number in range(JOBS)])
    killed, stopped, last = (work(place) for _ in range(3))
    until(lambda: bool(held_by(killed)) and sum(noted().values()) > JOBS // 10)
    killed.kill()
    killed.wait()
    abandoned = held_by(killed)
    until(lambda: bool(held_by(stopped)) or not rows().filter(status="READY").exists())
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(30) == 0
    assert held_by(stopped) == [], "what it had claimed and not begun is given back"
    until(lambda: not rows().exclude(pk__in=abandoned).exists())
    last.send_signal(signal.SIGTERM)
    assert last.wait(30) == 0

    assert set(rows().values_list("pk", flat=True)) <= set(abandoned)
    rows().update(started_at=timezone.now() - timedelta(minutes=5))
    place.manage("work", "--once")
    times = noted()
    assert set(times) == set(range(JOBS))
    twice = [number for number, count in times.items() if count > 1]
    assert len(twice) <= 1, "only the job in the air when its worker was killed"
    assert not rows().exists()
    assert not FailedJob.objects.using(ALIAS).exists()


@pytest.mark.django_db
def test_note_leaves_a_row_each_time_that_it_runs() -> None:
    for _ in range(2):
        note.call(number=5)
    assert list(CronStat.objects.values_list("value", flat=True)) == [5, 5]
