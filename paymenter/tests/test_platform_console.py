"""The staff console's pages of jobs, cron statistics, debug logs and extensions."""

from datetime import date
from uuid import uuid4

import orjson
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from paymenter import options
from paymenter.models import CronStat, DebugLog, Extension, FailedJob, Setting
from paymenter.tests.console import signed_in

pytestmark = pytest.mark.django_db

JOBS = "/admin/paymenter/failedjob/"
LOGS = "/admin/paymenter/debuglog/"
CRON = "/admin/cron-stats/"


def failed(name: str = "accounts.actions.mails.send_mail", of: str = "django") -> FailedJob:
    payload = {"displayName": name, "job": "no.such.job", "data": {"args": [], "kwargs": {}}}
    return FailedJob.objects.create(
        uuid=str(uuid4()),
        connection=of,
        queue="default",
        payload=orjson.dumps(payload).decode(),
        exception="First line\n  file\nLast line",
        failed_at=timezone.now(),
    )


def test_jobs_are_named_and_explained() -> None:
    failed()
    failed("App\\Mail\\Mail", of="database")
    text = signed_in("admin.failed_jobs.viewAny").get(JOBS).content.decode()
    for part in ("Send mail", "Last line", "First line", "This server", "PHP"):
        assert part in text
    assert "App\\Mail" not in text


def test_job_is_discarded_or_tried_again_by_who_may() -> None:
    job, phps = failed(), failed(of="database")
    viewer = signed_in("admin.failed_jobs.viewAny")
    assert viewer.post(f"{JOBS}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    assert viewer.post(f"{JOBS}{job.pk}/retry-failed-job/").status_code == 403
    client = signed_in("*")
    refused = client.post(f"{JOBS}{job.pk}/retry-failed-job/")
    assert "This version of the code has no such job" in refused.content.decode()
    assert "retry-failed-job" not in client.get(f"{JOBS}{phps.pk}/change/").content.decode()
    assert client.post(f"{JOBS}{job.pk}/delete/", {"post": "yes"}).status_code == 302
    answer = client.post(
        f"{JOBS}bulk/delete/", orjson.dumps({"ids": [phps.pk]}), content_type="application/json"
    )
    assert answer.json() == {"refused": []}
    assert not FailedJob.objects.exists()


def stat(key: str, value: int, day: str) -> None:
    CronStat.objects.create(key=key, value=value, date=date.fromisoformat(day))


@time_machine.travel("2026-05-20T12:00:00Z", tick=False)
def test_cron_statistics_add_up_days_and_periods() -> None:
    stat("invoices_created", 3, "2026-05-20")
    stat("invoices_created", 4, "2026-05-20")
    stat("services_suspended", 5, "2026-05-15")
    stat("services_suspended", 7, "2026-01-15")
    client = signed_in("admin.cron_stats.view")
    client.get(CRON)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(CRON)
    assert len(queries) <= 20
    assert dict(page.context["figures"])["Invoices created"] == 7
    assert page.context["words"] == (
        "Week: 7 invoices created, 5 services suspended, 0 services terminated, 0 invoices charged."
    )
    chart = orjson.loads(page.context["data"])
    assert (chart["labels"][0], chart["labels"][-1]) == ("May 14", "May 20")
    assert chart["datasets"][0]["data"] == [0, 0, 0, 0, 0, 0, 7]
    year = client.get(f"{CRON}?period=year&date=2026-01-15")
    assert dict(year.context["figures"])["Services suspended"] == 7
    assert "12 services suspended" in year.context["words"]
    assert client.get(f"{CRON}?date=never&period=x").status_code == 200


def test_cron_statistics_take_their_permission() -> None:
    assert signed_in("admin.invoices.viewAny").get(CRON).status_code == 403


def debug(value: str) -> None:
    Setting.objects.update_or_create(key="debug", defaults={"value": value, "type": "boolean"})
    options.forget()


def test_debug_log_is_in_the_menu_while_the_setting_is_on() -> None:
    client = signed_in("admin.debug_logs.view")
    debug("0")
    assert f'href="{LOGS}"' not in client.get("/admin/").content.decode()
    debug("1")
    assert f'href="{LOGS}"' in client.get("/admin/").content.decode()
    assert signed_in("admin.invoices.viewAny").get(LOGS).status_code == 403
    context = {
        "method": "GET",
        "url": "https://x.example/a?token=abc123",
        "response_status": 502,
        "headers": {"x-api-key": "sesame"},
        "payload": [{"client_secret": "sesame"}],
    }
    log = DebugLog.objects.create(type="http", context=context)
    page = client.get(LOGS).content.decode()
    assert "502" in page
    text = client.get(f"{LOGS}{log.pk}/change/").content.decode()
    assert "client_secret" in text
    for secret in ("abc123", "sesame"):
        assert secret not in page + text


def test_extensions_are_those_of_no_other_list() -> None:
    Extension.objects.create(name="Affiliates", extension="Affiliates", type="other", enabled=True)
    Extension.objects.create(name="Cards", extension="Stripe", type="gateway", enabled=True)
    client = signed_in("admin.extensions.viewAny")
    page = client.get("/admin/paymenter/extension/")
    assert [each.name for each in page.context["cl"].result_list] == ["Affiliates"]
    assert signed_in("admin.gateways.viewAny").get("/admin/paymenter/extension/").status_code == 403
