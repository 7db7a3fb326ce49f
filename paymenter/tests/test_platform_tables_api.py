"""Cron statistics and failed jobs."""

import json

import pytest

from paymenter.models import FailedJob
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, call
from paymenter.tests.factories import CronStatFactory, FailedJobFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def api_key():
    store_key("admin.cron_stats.view", "admin.failed_jobs.view", "admin.failed_jobs.delete")


def test_figures_are_listed_by_key_and_day(client):
    one = CronStatFactory(key="invoices_created", value=3, date="2026-01-02")
    CronStatFactory(key="tickets_closed", date="2026-01-02")
    CronStatFactory(key="invoices_created", date="2026-01-03")
    answer = get(client, "cron-stats?filter[key]=invoices&filter[date][lte]=2026-01-02")
    assert ids(answer) == [one.pk]
    found = answer.json()["data"][0]
    assert found["type"] == "cronStats"
    assert (found["attributes"]["value"], found["attributes"]["date"]) == (
        3,
        "2026-01-02T00:00:00.000000Z",
    )


def test_failed_job_is_named_and_its_payload_kept(client):
    link = "https://shop.example/password/reset/s3cret"
    payload = json.dumps({"displayName": "App\\Mail\\Mail", "data": {"command": link}})
    job = FailedJobFactory(payload=payload, exception=f"RuntimeException: {link}")
    answer = get(client, f"failed-jobs/{job.pk}")
    found = attributes(answer)
    assert found == {
        "id": job.pk,
        "uuid": str(job.uuid),
        "connection": "database",
        "queue": "default",
        "job": "App\\Mail\\Mail",
        "arguments": None,
        "attempts": None,
        "exception": "RuntimeException: https://shop.example/password/reset/[hidden]",
        "failed_at": found["failed_at"],
    }
    assert get(client, "failed-jobs?filter[payload]=s3cret").status_code == 400


def test_broken_payload_has_no_name(client):
    FailedJobFactory(payload="{")
    assert get(client, "failed-jobs").json()["data"][0]["attributes"]["job"] is None


def test_failed_job_is_dealt_with(client):
    job, other = FailedJobFactory(), FailedJobFactory()
    assert call(client, "DELETE", f"failed-jobs/{job.pk}").status_code == 204
    assert list(FailedJob.objects.all()) == [other]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "cron-stats"), ("DELETE", "cron-stats/1"), ("POST", "failed-jobs")],
)
def test_nothing_else_is_written(client, method, path):
    assert call(client, method, path, {}).status_code == 405
