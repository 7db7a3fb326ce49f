"""Jobs on the database: enqueued with their cause, tried again, parked, given back."""

import json
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from paymenter.errors import Refused
from paymenter.jobs import GiveUp, deadlines, job, parking, rows
from paymenter.jobs.deadlines import deadline, in_a_row
from paymenter.jobs.execution import Outcome, attempt
from paymenter.jobs.worker import Worker
from paymenter.models import CronStat, FailedJob
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

NOW = "2026-03-01 10:00:00+00:00"


@job()
def count(key: str) -> None:
    CronStat.objects.create(key=key, value=1, date="2026-03-01")


@job(attempts=3)
def fail(text: str) -> None:
    raise ValueError(text)


@job()
def give_up() -> None:
    raise GiveUp("no such address")


@job(attempts=2, atomic=True)
def write_and_fail() -> None:
    CronStat.objects.create(key="half", value=1, date="2026-03-01")
    raise ValueError("half way")


@job(attempts=1, deadline=1)
def hang() -> None:
    try:
        time.sleep(30)
    except Exception:
        time.sleep(30)


@job(delays=(5, 300))
def knock() -> None:
    raise OSError("nobody answers")


def counted() -> list[str]:
    return list(CronStat.objects.order_by("pk").values_list("key", flat=True))


def test_job_runs_once_and_leaves_no_row() -> None:
    count.enqueue(key="a")
    assert work_off() == {Outcome.DONE: 1}
    assert counted() == ["a"]
    assert not DBTaskResult.objects.exists()
    assert work_off() == {}


def test_job_of_a_transaction_rolled_back_never_was() -> None:
    with transaction.atomic():
        count.enqueue(key="a")
        transaction.set_rollback(True)
    assert work_off() == {}
    assert counted() == []


def test_job_waits_for_its_time() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        count.using(run_after=timezone.now() + timedelta(minutes=2)).enqueue(key="later")
        assert work_off() == {}
        clock.shift(timedelta(minutes=2))
        assert work_off() == {Outcome.DONE: 1}


def test_urgent_and_older_jobs_come_first() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for key, priority in [("first", 0), ("second", 0), ("urgent", 5)]:
            count.using(priority=priority).enqueue(key=key)
            clock.shift(timedelta(seconds=1))
        work_off()
    assert counted() == ["urgent", "first", "second"]


def test_failing_job_is_tried_again_later_and_then_parked() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        fail.enqueue(text="no luck")
        for delay in (10, 20):
            assert work_off() == {Outcome.POSTPONED: 1}
            clock.shift(timedelta(seconds=delay * 0.79))
            assert work_off() == {}, "it is not due before its delay less a fifth"
            clock.shift(timedelta(seconds=delay * 0.42))
        assert work_off() == {Outcome.PARKED: 1}
    assert not DBTaskResult.objects.exists()
    parked = FailedJob.objects.get()
    assert (parked.connection, parked.queue) == ("django", "default")
    assert parked.failed_at.isoformat().startswith("2026-03-01T10:00:3")
    assert "ValueError: no luck" in parked.exception
    assert json.loads(parked.payload) == {
        "uuid": parked.uuid,
        "displayName": "paymenter.tests.test_jobs.fail",
        "job": "paymenter.tests.test_jobs.fail",
        "attempts": 3,
        "data": {"args": [], "kwargs": {"text": "no luck"}},
    }


def test_own_delays_set_how_often_it_is_tried() -> None:
    assert knock.attempts == 3
    assert [round(knock.delay(tried) / 100) for tried in (1, 2)] in ([0, 2], [0, 3], [0, 4])


@pytest.mark.parametrize(("tried", "seconds"), [(1, 10), (2, 20), (5, 160), (30, 3600)])
def test_delays_double_up_to_an_hour_give_or_take_a_fifth(tried: int, seconds: int) -> None:
    taken = [fail.delay(tried) for _ in range(200)]
    assert all(seconds * 0.8 <= delay <= seconds * 1.2 for delay in taken)
    assert max(taken) - min(taken) > seconds * 0.2


def test_hopeless_job_is_parked_at_once() -> None:
    give_up.enqueue()
    assert work_off() == {Outcome.PARKED: 1}
    assert "no such address" in FailedJob.objects.get().exception


def test_atomic_job_that_fails_wrote_nothing() -> None:
    write_and_fail.enqueue()
    assert work_off() == {Outcome.POSTPONED: 1}
    assert counted() == []


def test_job_beyond_its_deadline_is_broken_off() -> None:
    hang.enqueue()
    began = time.monotonic()
    assert work_off() == {Outcome.PARKED: 1}
    assert time.monotonic() - began < 5
    assert "not finished after 1 seconds" in FailedJob.objects.get().exception


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """Seconds after which the process is to be ended, None where that is called off."""
    told: list[float | None] = []
    later = "paymenter.jobs.deadlines.faulthandler.{}_traceback_later"
    monkeypatch.setattr(later.format("dump"), lambda seconds, **_: told.append(seconds))
    monkeypatch.setattr(later.format("cancel_dump"), lambda: told.append(None))
    return told


def test_end_of_the_process_is_set_and_called_off_for_each_deadline(
    ends: list[float | None],
) -> None:
    with deadline(60):
        assert ends == [75]
    with deadline(60):
        assert ends == [75, None, 75]
    assert ends == [75, None, 75, None]


def test_quick_jobs_in_a_row_share_the_end_of_the_process(ends: list[float | None]) -> None:
    with in_a_row():
        for seconds in (60, 60, 180, 180, 60, 60):
            with deadline(seconds):
                pass
        assert ends == [75, 195, 75]
    assert ends == [75, 195, 75, None]


def test_shared_end_moves_before_it_comes_too_early(ends: list[float | None]) -> None:
    moments = iter((1000.0, 1004.0, 1006.0, 1010.0))
    with pytest.MonkeyPatch.context() as patch, in_a_row():
        patch.setattr(deadlines, "time", SimpleNamespace(monotonic=lambda: next(moments)))
        for _ in range(4):
            with deadline(60):
                pass
    assert ends == [75, 75, None]


def test_job_that_the_code_lost_is_parked() -> None:
    count.enqueue(key="a")
    DBTaskResult.objects.update(task_path="paymenter.tests.test_jobs.gone")
    assert work_off() == {Outcome.PARKED: 1}
    assert "There is no job paymenter.tests.test_jobs.gone" in FailedJob.objects.get().exception


def test_two_workers_never_hold_the_same_row() -> None:
    for key in "abc":
        count.enqueue(key=key)
    first, second = rows.claim("one", limit=2), rows.claim("two", limit=2)
    assert [len(first), len(second)] == [2, 1]
    assert not {row.pk for row in first} & {row.pk for row in second}


def test_row_of_a_dead_worker_is_taken_when_its_lease_has_run_out() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        count.enqueue(key="a")
        assert len(rows.claim("dead", limit=1)) == 1
        clock.shift(timedelta(seconds=count.deadline + rows.GRACE))
        assert (rows.release_expired(), work_off()) == (0, {})
        clock.shift(timedelta(seconds=1))
        assert rows.release_expired() == 1
        assert work_off() == {Outcome.DONE: 1}
    assert counted() == ["a"]


def test_job_that_kills_each_of_its_workers_is_parked() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        fail.enqueue(text="")
        for _ in range(fail.attempts):
            rows.claim("dies", limit=1)
            clock.shift(timedelta(minutes=5))
            rows.release_expired()
        assert work_off() == {Outcome.PARKED: 1}
    assert "Its worker died in each of 3 attempts." in FailedJob.objects.get().exception


def test_row_tried_before_is_claimed_alone() -> None:
    for key in "ab":
        count.enqueue(key=key)
    DBTaskResult.objects.update(worker_ids=["dead"])
    count.enqueue(key="c")
    claimed = [len(rows.claim("one", limit=10)) for _ in range(4)]
    assert claimed == [1, 1, 1, 0]


def test_rows_given_back_count_no_attempt() -> None:
    count.enqueue(key="a")
    rows.give_back(rows.claim("one", limit=1))
    assert [row.worker_ids for row in rows.claim("two", limit=1)] == [["two"]]


def test_late_result_of_a_lost_lease_changes_nothing() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        fail.enqueue(text="")
        (lost,) = rows.claim("slow", limit=1)
        clock.shift(timedelta(minutes=5))
        rows.release_expired()
        (taken,) = rows.claim("quick", limit=1)
        assert attempt(lost) is Outcome.POSTPONED
        row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids) == ("RUNNING", ["slow", "quick"])
    assert row.started_at == taken.started_at


def test_stopping_worker_finishes_one_and_gives_back_the_rest() -> None:
    for key in "abcd":
        count.enqueue(key=key)
    worker = Worker(told=lambda outcome: worker._stop() if len(counted()) == 2 else None)
    worker.drain()
    assert counted() == ["a", "b"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"READY"}
    assert [row.worker_ids for row in DBTaskResult.objects.all()] == [[], []]


def test_parked_job_is_enqueued_again_with_all_its_attempts() -> None:
    give_up.enqueue()
    work_off()
    parking.enqueue_again(FailedJob.objects.get())
    assert not FailedJob.objects.exists()
    assert work_off() == {Outcome.PARKED: 1}


def test_job_of_php_is_not_retried_here() -> None:
    theirs = FailedJob.objects.create(
        uuid="3f1", connection="database", queue="default", payload="{}", exception="",
        failed_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="php artisan queue:retry 3f1"):
        parking.enqueue_again(theirs)
    assert FailedJob.objects.filter(pk=theirs.pk).exists()
    assert not DBTaskResult.objects.exists()


def test_worker_gives_back_what_it_held_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paymenter.jobs.worker.HOLD", -1.0)
    for key in "abc":
        count.enqueue(key=key)
    worker = Worker()
    worker._batch = 3
    assert worker._work()
    assert counted() == ["a"]
    assert [row.worker_ids for row in DBTaskResult.objects.all()] == [[], []]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"READY"}


@job(deadline=600)
def take_long() -> None:
    return None


def test_jobs_whose_claims_last_equally_long_are_claimed_together() -> None:
    count.enqueue(key="a")
    take_long.enqueue()
    take_long.enqueue()
    knock.enqueue()
    count.enqueue(key="b")
    assert [len(rows.claim("one", limit=10)) for _ in range(4)] == [1, 2, 2, 0]


def lost_and_taken() -> tuple[rows.Row, rows.Row]:
    """A row whose first worker was slow, so that a second one has it too."""
    (lost,) = rows.claim("slow", limit=1)
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    lost.started_at = DBTaskResult.objects.get().started_at
    assert rows.release_expired() == 1
    (taken,) = rows.claim("quick", limit=1)
    return lost, taken


def test_atomic_job_of_a_lost_claim_writes_nothing() -> None:
    write_once.enqueue()
    lost, taken = lost_and_taken()
    assert attempt(lost) is Outcome.POSTPONED
    assert counted() == []
    assert attempt(taken) is Outcome.DONE
    assert counted() == ["once"]


@job(atomic=True)
def write_once() -> None:
    CronStat.objects.create(key="once", value=1, date="2026-03-01")


def test_job_of_a_lost_claim_is_not_parked_under_its_new_worker() -> None:
    give_up.enqueue()
    lost, taken = lost_and_taken()
    attempt(lost)
    assert not FailedJob.objects.exists()
    assert DBTaskResult.objects.count() == 1
    attempt(taken)
    attempt(lost)
    assert FailedJob.objects.count() == 1
