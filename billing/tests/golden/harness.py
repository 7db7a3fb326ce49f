"""Replays one case: rows in, clock stopped, operation done, rows and answer compared."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.test import TestCase

from billing.provisioning.models import Provisioning
from billing.tests.golden.cases import SEQUENCE, Case, Json
from billing.tests.golden.comparison import differences
from billing.tests.golden.registry import Failure, operations
from billing.tests.golden.rows import ids_behind_the_highest, load
from paymenter import options
from paymenter.errors import Refused
from paymenter.tests.changes import Baseline, Change, watched
from paymenter.tests.jobs import work_off

RECORDED_ONLY = "storefront"  # its driver ran no worker; the other one's jobs have left their marks


@dataclass(frozen=True, slots=True)
class Outcome:
    returned: Any
    failure: Failure | None
    changes: dict[str, Change]
    jobs: list[Json] | None


def replay(case: Case) -> list[str]:
    """What differs from the recording; the caller's transaction is to be rolled back."""
    return differences(case, done(case))


def done(case: Case) -> Outcome:
    recorded = case.recorded
    with time_machine.travel(_moment(recorded["now"]), tick=False):
        load(case.base, recorded["initial"], recorded["settings"])
        baseline = Baseline()
        with ids_behind_the_highest(), watched() as writes:
            returned, failure = _operate(case)
        jobs = _server_jobs() if case.vocabulary == RECORDED_ONLY else None
    return Outcome(returned, failure, baseline.changes(writes), jobs)


def _operate(case: Case) -> tuple[Any, Failure | None]:
    operation = case.recorded["operation"]
    if operation["name"] != SEQUENCE:
        return _step(case, operation)
    results, first = [], None
    for step in operation["args"]["steps"]:
        moment = step.get("now", case.recorded["now"])
        with time_machine.travel(_moment(moment), tick=False):
            returned, failure = _step(case, step)
        results.append(returned)
        first = first or failure
    return results, first


def _step(case: Case, step: Json) -> tuple[Any, Failure | None]:
    """A request of its own: with its own memory; what was put off until the commit is done, and
    where the recorder had a worker, it has been there."""
    options.forget()
    adapter = operations(case.vocabulary).adapters[step["name"]]
    try:
        with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
            returned = adapter(step.get("args") or {})
        if case.vocabulary != RECORDED_ONLY:
            work_off()
        return returned, None
    except Failure as failure:
        return None, failure
    except Refused as refused:
        return None, Failure("refused", None, refused.errors)
    except ObjectDoesNotExist:
        return None, Failure("not_found")


def _server_jobs() -> list[Json]:
    rows = Provisioning.objects.order_by("pk")
    return [
        {
            "job": f"{row.action.capitalize()}Job",
            "service_id": row.service_id,
            **({} if row.action == "unsuspend" else {"send_notification": row.tells_client}),
        }
        for row in rows
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
