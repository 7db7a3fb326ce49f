"""What staff see of the queue and may do with it: over the API and by `manage.py jobs`."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import ApiKey
from paymenter.jobs import GiveUp, job, rows
from paymenter.models import FailedJob
from paymenter.tests.api import get, store_key
from paymenter.tests.calls import attributes, call
from paymenter.tests.factories import FailedJobFactory
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

NAME = "paymenter.tests.test_queue_for_staff.send"


@job()
def send(number: int) -> None:
    raise GiveUp("no such address: https://shop.example/password/reset/s3cret")


@pytest.fixture
def parked() -> FailedJob:
    send.enqueue(number=7)
    work_off()
    return FailedJob.objects.get()


@pytest.fixture(autouse=True)
def key() -> None:
    store_key("admin.failed_jobs.view", "admin.failed_jobs.retry")


def retry(client: Client, failed: Any) -> Any:
    return call(client, "POST", f"failed-jobs/{failed.pk}/retry")


def run(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    call_command("jobs", *options)
    return capsys.readouterr().out.splitlines()


def test_job_given_up_shows_its_arguments_and_attempts(client: Client, parked: FailedJob) -> None:
    shown = attributes(get(client, f"failed-jobs/{parked.pk}"))
    assert (shown["job"], shown["arguments"], shown["attempts"]) == (
        NAME,
        {"args": [], "kwargs": {"number": 7}},
        1,
    )
    assert shown["exception"].endswith("password/reset/[hidden]\n")


def test_it_is_enqueued_again(client: Client, parked: FailedJob) -> None:
    answer = retry(client, parked)
    row = DBTaskResult.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"job_id": str(row.pk)})
    assert (row.task_path, row.args_kwargs, row.worker_ids) == (
        NAME,
        {"args": [], "kwargs": {"number": 7}},
        [],
    )
    assert retry(client, parked).status_code == 404
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"connection": "database", "uuid": "3f1"},
            "This job belongs to PHP: run php artisan queue:retry 3f1 there.",
        ),
        (
            {"connection": "django", "payload": '{"job": "paymenter.gone", "data": {}}'},
            "This version of the code has no such job: discard it.",
        ),
        (
            {"connection": "django", "payload": "[]"},
            "This version of the code has no such job: discard it.",
        ),
    ],
)
def test_what_cannot_be_retried_is_refused(
    client: Client, values: dict[str, Any], text: str
) -> None:
    failed = FailedJobFactory(**values)
    answer = retry(client, failed)
    assert (answer.status_code, answer.json()["message"]) == (422, text)
    assert FailedJob.objects.get() == failed
    assert not DBTaskResult.objects.exists()


def test_retrying_needs_its_permission(client: Client, parked: FailedJob) -> None:
    ApiKey.objects.update(permissions=["admin.failed_jobs.view", "admin.failed_jobs.delete"])
    assert retry(client, parked).status_code == 403
    assert FailedJob.objects.exists()


def test_queue_lists_what_runs_and_what_waits(client: Client, parked: FailedJob) -> None:
    with time_machine.travel("2026-03-01 10:00:00+00:00", tick=False) as clock:
        for number in (1, 2):
            send.enqueue(number=number)
        send.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(number=3)
        (running,) = rows.claim("host:1", limit=1)
        DBTaskResult.objects.exclude(pk=running.pk).update(traceback="Traceback\n  x\nOSError: y\n")
        clock.shift(timedelta(seconds=90))
        shown = get(client, "jobs").json()
    jobs = shown.pop("jobs")
    assert shown == {"waiting": 2, "due": 1, "running": 1, "parked": 1, "oldest_due_seconds": 90}
    assert [each["state"] for each in jobs] == ["running", "waiting", "waiting"]
    assert jobs[0] == {
        "id": str(running.pk),
        "job": NAME,
        "arguments": {"args": [], "kwargs": running.args_kwargs["kwargs"]},
        "state": "running",
        "attempts": 1,
        "due_at": "2026-03-01T10:00:00.000000Z",
        "enqueued_at": "2026-03-01T10:00:00.000000Z",
        "started_at": "2026-03-01T10:00:00.000000Z",
        "last_error": None,
    }
    assert (jobs[2]["due_at"], jobs[2]["last_error"]) == (
        "2026-03-01T11:00:00.000000Z",
        "OSError: y",
    )


def test_queue_needs_a_permission(client: Client) -> None:
    ApiKey.objects.update(permissions=["admin.failed_jobs.delete"])
    assert get(client, "jobs").status_code == 403


def test_command_counts(capsys: pytest.CaptureFixture[str], parked: FailedJob) -> None:
    assert run(capsys) == ["waiting 0 (0 of them due)", "running 0", "parked  1 (see --failed)"]
    send.using(run_after=timezone.now() - timedelta(days=1)).enqueue(number=1)
    assert run(capsys)[0].startswith("waiting 1 (1 of them due, the oldest for 864")


def test_command_lists_what_was_given_up(
    capsys: pytest.CaptureFixture[str], parked: FailedJob
) -> None:
    FailedJobFactory(payload='{"displayName": "App\\\\Mail\\\\Mail"}', exception="", id=99)
    ours, theirs = run(capsys, "--failed")
    assert ours.startswith(f"{parked.pk}  20")
    assert f"UTC  {NAME}  paymenter.jobs.definition.GiveUp: no such" in ours
    assert "s3cret" not in ours
    assert theirs.startswith("99  20")
    assert "App\\Mail\\Mail (PHP's)" in theirs


def test_command_retries_all_of_ours(capsys: pytest.CaptureFixture[str], parked: FailedJob) -> None:
    theirs = FailedJobFactory()
    assert run(capsys, "--retry", "all") == ["1 jobs enqueued again"]
    assert list(FailedJob.objects.all()) == [theirs]
    assert DBTaskResult.objects.get().args_kwargs["kwargs"] == {"number": 7}


def test_command_discards_one(capsys: pytest.CaptureFixture[str], parked: FailedJob) -> None:
    theirs = FailedJobFactory()
    assert run(capsys, "--discard", str(theirs.pk)) == ["1 jobs discarded"]
    assert list(FailedJob.objects.all()) == [parked]
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--retry", "x"], "x is neither an id"),
        (["--discard", "4711"], "There is no failed job 4711"),
        (["--retry", "5"], "5: This job belongs to PHP"),
    ],
)
def test_command_says_what_is_wrong(options: list[str], text: str) -> None:
    theirs = FailedJobFactory(id=5)
    with pytest.raises(CommandError, match=text):
        call_command("jobs", *options)
    assert FailedJob.objects.get() == theirs
