"""Each due moment once, missed ones caught up once, in the installation's time."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection  # noqa: F401 (asked by on_mariadb)
from time_machine import Traveller

from paymenter import options
from paymenter.actions.heartbeat import is_beaten_by_php
from paymenter.jobs.models import ScheduledRun
from paymenter.jobs.timing import Entry, run_due
from paymenter.models import CronStat, Setting
from paymenter.schedule import SCHEDULE
from paymenter.tests.races import at_once, emptied_tables, on_mariadb

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 31, 10, 15, tzinfo=UTC)


def entry(when: str = "0 3 * * *", **changes: object) -> Entry:
    def run() -> None:
        CronStat.objects.create(key="ran", value=1, date="2026-03-01")

    given = {"name": "daily", "when": lambda: when, "run": run, "description": ""} | changes
    return Entry(**given)  # type: ignore[arg-type]


def ran() -> int:
    return CronStat.objects.filter(key="ran").count()


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def test_entry_seen_for_the_first_time_waits_for_its_next_moment(
    clock: Traveller,
) -> None:
    assert run_due([entry()]) == []
    clock.move_to(NOW + timedelta(hours=16, minutes=44, seconds=59))
    assert run_due([entry()]) == []
    clock.shift(timedelta(seconds=1))
    assert (run_due([entry()]), ran()) == (["daily"], 1)
    assert (run_due([entry()]), ran()) == ([], 1)


def test_missed_runs_are_caught_up_once(clock: Traveller) -> None:
    run_due([entry()])
    clock.shift(timedelta(days=10))
    assert (run_due([entry()]), run_due([entry()]), ran()) == (["daily"], [], 1)
    row = ScheduledRun.objects.get()
    assert row.due_at == datetime(2026, 4, 10, 3, tzinfo=UTC)
    assert row.ran_at == NOW + timedelta(days=10)


def test_failing_entry_stops_no_other_and_is_tried_again(
    clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> None:
        CronStat.objects.create(key="half", value=1, date="2026-03-01")
        raise OSError("no")

    both = [entry(name="broken", run=breaks), entry()]
    run_due(both)
    clock.shift(timedelta(days=1))
    with caplog.at_level(logging.ERROR):
        assert run_due(both) == ["daily"]
    assert "Scheduled broken failed" in caplog.text
    assert not CronStat.objects.filter(key="half").exists()
    assert run_due([entry(name="broken")]) == ["broken"]


@pytest.mark.parametrize(
    ("zone", "due"),
    [("UTC", "2026-03-31T00:00:00+00:00"), ("Europe/Berlin", "2026-03-30T22:00:00+00:00")],
)
def test_times_are_those_of_the_installation(zone: str, due: str) -> None:
    Setting.objects.update_or_create(key="timezone", defaults={"value": zone})
    options.forget()
    assert entry("0 0 * * *").last_due(NOW).astimezone(UTC).isoformat() == due


@pytest.mark.parametrize(
    ("stored", "expression"),
    [(None, "0 0 * * *"), ("", "0 0 * * *"), ("04:30", "30 4 * * *"), ("4:05:59", "5 4 * * *"),
     ("25:00", "0 0 * * *"), ("noon", "0 0 * * *"), ("12:00\n* * * * *", "0 0 * * *")],
)  # fmt: skip
def test_daily_time_is_a_setting(stored: str | None, expression: str) -> None:
    from paymenter.schedule import _at_cronjob_time

    if stored is not None:
        Setting.objects.update_or_create(key="cronjob_time", defaults={"value": stored})
    options.forget()
    assert _at_cronjob_time() == expression


def test_heartbeat_writes_paymenters_row(clock: Traveller) -> None:
    beat = next(entry for entry in SCHEDULE if entry.name == "heartbeat")
    run_due([beat])
    clock.shift(timedelta(minutes=1))
    run_due([beat])
    clock.shift(timedelta(minutes=1))
    assert run_due([beat]) == ["heartbeat"]
    row = Setting.objects.get(key="last_scheduler_run")
    assert (row.value, row.type, row.encrypted) == ("2026-03-31 10:17:00", "string", False)
    assert (row.settingable_type, row.settingable_id) == (r"App\Models\CronStat", None)


def test_list_shows_every_entry() -> None:
    out = StringIO()
    call_command("schedule", "--list", stdout=out)
    lines = out.getvalue().splitlines()[2:]
    assert [line.split()[0] for line in lines] == [entry.name.split()[0] for entry in SCHEDULE]


@on_mariadb
@pytest.mark.django_db(transaction=True)
def test_of_several_schedules_one_runs_it() -> None:
    with emptied_tables():
        ScheduledRun.objects.all().delete()
        ScheduledRun.objects.create(name="daily", due_at=NOW - timedelta(days=2))
        names = at_once(lambda _: run_due([entry()], NOW), threads=8)
        assert sorted(map(len, names)) == [0] * 7 + [1]
        assert ran() == 1
        ScheduledRun.objects.all().delete()


@pytest.mark.parametrize(
    ("told", "our_last", "php"),
    [
        (None, None, False),
        ("nonsense", None, False),
        ("2026-03-31 10:14:59", None, True),
        ("2026-03-31 10:12:59", None, False),
        ("2026-03-31 10:14:59", "2026-03-31T10:14:58+00:00", False),
        ("2026-03-31 10:15:00", "2026-03-31T10:14:03+00:00", True),
    ],
)
def test_fresh_heartbeat_that_is_not_ours_is_phps(
    told: str | None, our_last: str | None, php: bool, clock: Traveller
) -> None:
    if told:
        owner = {"settingable_type": r"App\Models\CronStat", "settingable_id": None}
        Setting.objects.create(key="last_scheduler_run", value=told, **owner)
    last = datetime.fromisoformat(our_last) if our_last else None
    assert is_beaten_by_php(last) is php


def test_schedule_stands_by_while_phps_runs(clock: Traveller) -> None:
    call_command("schedule", "--once")
    clock.shift(timedelta(minutes=5))
    owner: Any = {"settingable_type": r"App\Models\CronStat", "settingable_id": None}
    Setting.objects.update_or_create(
        key="last_scheduler_run", **owner, defaults={"value": "2026-03-31 10:19:30"}
    )
    err = StringIO()
    call_command("schedule", "--once", stderr=err)
    assert "this one stands by" in err.getvalue()
    assert Setting.objects.get(key="last_scheduler_run").value == "2026-03-31 10:19:30"
    clock.shift(timedelta(minutes=2))
    call_command("schedule", "--once", stderr=err)
    assert Setting.objects.get(key="last_scheduler_run").value == "2026-03-31 10:22:00"
