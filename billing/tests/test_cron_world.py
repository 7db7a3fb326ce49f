"""The first daily run of Paymenter over the whole populated installation, row by row.

Later runs start from what this one left, which differs where we repair; they are compared by what
must hold for them.
"""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection

from billing.actions.daily.runs import figures, run_daily
from billing.daily.models import ParkedRow
from billing.models import Invoice, Service
from billing.tests.golden.backoffice import modules  # noqa: F401 (registers the fakes)
from billing.tests.golden.cases import HOME, read
from billing.tests.golden.comparison import compared
from billing.tests.golden.rows import ids_behind_the_highest
from paymenter import options
from paymenter.tests.changes import Baseline, Change, watched
from paymenter.tests.jobs import work_off

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]

# 27: overdue and paid from the balance: there suspended first and so renewed from now on, here
# renewed from the due date and not suspended
SETTLED = {
    *(3, 45, 63, 76, 105, 120, 132, 211, 233, 254, 277, 292, 309, 377, 434, 462, 640, 655, 753),
    786,
}
GOODS = {"1", "7", "13", "19"}  # 27: there the stock of what was ended and renewed came back
COUPONS = {111, 414, 523}  # 2: there the price is computed anew with the discount


@pytest.fixture
def world(populated: None) -> list[Any]:
    cases: list[Any] = read(HOME / "backoffice" / "cron-world.json.gz")
    base = read(HOME / "backoffice" / "base.json.gz")
    name = connection.ops.quote_name
    with connection.cursor() as cursor:
        for row in base["notification_templates"]:
            columns = {n: v for n, v in row.items() if n not in ("id", "key", "created_at")}
            changes = ", ".join(f"{name(column)} = %s" for column in columns)
            sql = f"UPDATE notification_templates SET {changes} WHERE {name('key')} = %s"
            cursor.execute(sql, [*columns.values(), row["key"]])
        for statement in cases[0]["pre"]:
            cursor.execute(statement.replace("`", name("a")[0]))
    options.forget()
    return cases


def run(case: Any) -> tuple[dict[str, int], dict[str, Change]]:
    with time_machine.travel(datetime.fromisoformat(case["now"]), tick=False):
        baseline = Baseline()
        with ids_behind_the_highest(), watched() as writes:
            made = run_daily()
            work_off()
        assert set(figures(run_daily()).values()) == {0}  # again on the same day
        return figures(made), baseline.changes(writes)


def test_first_run_agrees_but_for_what_we_repair(world: list[Any]) -> None:
    counted, changes = run(world[0])
    wanted = {
        row["key"]: row["value"] for row in world[0]["outcome"]["db"]["cron_stats"]["inserted"]
    }
    agree = {key for key, value in wanted.items() if counted[key] == value}
    assert wanted.keys() - agree == {"services_suspended", "services_terminated"}
    for table in ("invoices", "invoice_transactions", "credits", "tickets"):
        theirs = Change.recorded(world[0]["outcome"]["db"].get(table, {}))
        assert compared("", theirs.as_dict(), changes[table].as_dict()) == [], table
    assert differing(world[0], changes, "services") == {str(pk) for pk in SETTLED | COUPONS}
    assert differing(world[0], changes, "products") == GOODS
    assert not ParkedRow.objects.exists()


def differing(case: Any, changes: dict[str, Change], table: str) -> set[str]:
    theirs = Change.recorded(case["outcome"]["db"][table]).updated
    lines = compared("", theirs, changes[table].updated)
    return {line.split(":")[0].split("/")[1] for line in lines}


def test_all_five_runs_end_without_parked_rows(world: list[Any]) -> None:
    for case in world:
        counted, _ = run(case)
        assert counted["invoices_created"] > 0
    assert not ParkedRow.objects.exists()
    numbers = Invoice.objects.exclude(number=None).values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))
    overdue = Service.objects.filter(status="suspended", expires_at__lt="2027-02-15T00:00:00Z")
    assert not overdue.exists()
