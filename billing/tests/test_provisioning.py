"""Servers are made, stopped and removed by jobs; what fails stays visible."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from billing.actions import provisioning
from billing.actions.provisioning import (
    Action,
    dismiss_provisioning,
    retry_provisioning,
    unprovisioned,
)
from billing.actions.services import (
    renew_service,
    suspend_service,
    terminate_service,
    unsuspend_service,
)
from billing.models import Server, Service
from billing.provisioning.models import Provisioning
from billing.tests.factories import (
    ConfigOptionFactory,
    ServerFactory,
    ServiceConfigFactory,
    ServiceFactory,
)
from billing.tests.servers import FINAL, REFUSED, Recorder, recorder
from paymenter.actor import SYSTEM
from paymenter.db import fields
from paymenter.errors import Refused
from paymenter.models import FailedJob
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

Calls = type[Recorder]


@pytest.fixture
def calls() -> Iterator[Calls]:
    with recorder() as found:
        yield found


def rented(**columns: Any) -> Service:
    service: Service = ServiceFactory(**columns)
    product = service.product
    assert product is not None
    product.server_id = ServerFactory(extension="Recorder").pk
    product.save()
    return service


def rows() -> list[tuple[str, str, int, str | None]]:
    found = Provisioning.objects.order_by("pk")
    return list(found.values_list("action", "status", "attempts", "error"))


def test_first_payment_makes_the_server(calls: Calls) -> None:
    service = rented()
    renew_service(service, actor=SYSTEM)
    assert list(unprovisioned()) == [service]
    work_off()
    assert calls.calls == [("create", service.pk)]
    assert rows() == [("create", "done", 1, None)]
    assert service.properties.get().value == f"uuid-{service.pk}"
    assert list(unprovisioned()) == []


@pytest.mark.parametrize(
    ("state", "called"), [("suspended", "unsuspend"), ("cancelled", "create"), ("active", None)]
)
def test_payment_starts_what_the_state_needs(state: str, called: str, calls: Calls) -> None:
    service = rented(**{state: True})
    renew_service(service, actor=SYSTEM)
    work_off()
    assert calls.calls == ([(called, service.pk)] if called else [])


def test_without_server_nothing_is_asked(calls: Calls) -> None:
    renew_service(ServiceFactory(), actor=SYSTEM)
    work_off()
    assert (calls.calls, rows()) == ([], [])


def test_failure_is_shown_and_tried_again(calls: Calls) -> None:
    service = rented()
    calls.fails["create"] = REFUSED
    renew_service(service, actor=SYSTEM)
    work_off()
    assert rows() == [("create", "pending", 1, "The panel is full.")]
    assert list(unprovisioned()) == [service]
    del calls.fails["create"]
    with time_machine.travel(fields.now() + timedelta(minutes=5), tick=False):
        work_off()
    assert rows() == [("create", "done", 2, None)]


def test_what_cannot_help_waits_for_staff_at_once(calls: Calls) -> None:
    service = rented()
    calls.fails["create"] = FINAL
    renew_service(service, actor=SYSTEM)
    work_off()
    assert rows() == [("create", "failed", 1, "There is no such package.")]
    assert FailedJob.objects.count() == 1
    del calls.fails["create"]
    retry_provisioning(Provisioning.objects.get(), actor=SYSTEM)
    work_off()
    assert rows() == [("create", "done", 1, None)]


def test_last_attempt_waits_for_staff(calls: Calls) -> None:
    calls.fails["create"] = RuntimeError("broken")
    renew_service(rented(), actor=SYSTEM)
    moment = fields.now() + timedelta(seconds=1)
    for _ in range(provisioning.ATTEMPTS):
        with time_machine.travel(moment, tick=False):
            work_off()
        moment += timedelta(hours=2)
    assert rows() == [("create", "failed", provisioning.ATTEMPTS, "RuntimeError: broken")]


def test_failed_one_does_not_hold_up_the_next(calls: Calls) -> None:
    service = rented(active=True)
    calls.fails["suspend"] = FINAL
    suspend_service(service, actor=SYSTEM)
    work_off()
    unsuspend_service(service, actor=SYSTEM)
    work_off()
    assert [(row[0], row[1]) for row in rows()] == [
        ("suspend", "superseded"),
        ("unsuspend", "done"),
    ]


def test_end_overtakes_what_was_not_done(calls: Calls) -> None:
    service = rented()
    renew_service(service, actor=SYSTEM)
    terminate_service(service, actor=SYSTEM)
    work_off()
    assert calls.calls == [("terminate", service.pk)]
    assert [row[:2] for row in rows()] == [("create", "superseded"), ("terminate", "done")]


def test_worker_that_died_is_followed_by_another(calls: Calls) -> None:
    """Its claim runs out; the module is asked once more and looks itself."""
    service = rented()
    renew_service(service, actor=SYSTEM)
    provisioning._claim(service.pk)
    work_off()
    assert calls.calls == []
    assert rows() == [("create", "running", 1, None)]
    with time_machine.travel(fields.now() + provisioning.LEASE, tick=False):
        work_off()
    assert calls.calls == [("create", service.pk)]
    assert rows() == [("create", "done", 2, None)]


def test_late_answer_of_a_worker_taken_for_dead_changes_nothing(calls: Calls) -> None:
    service = rented()
    renew_service(service, actor=SYSTEM)
    late = provisioning._claim(service.pk)
    assert late is not None
    with time_machine.travel(fields.now() + provisioning.LEASE, tick=False):
        work_off()
    provisioning._note_failure(late, REFUSED)
    assert rows() == [("create", "done", 2, None)]


def test_deleted_server_is_told_to_staff(calls: Calls) -> None:
    service = rented()
    Server.objects.get().delete()
    renew_service(service, actor=SYSTEM)
    work_off()
    text = "The server of the product was deleted: choose another one for the product."
    assert rows() == [("create", "failed", 1, text)]


def test_missing_module_is_told_to_staff() -> None:
    renew_service(rented(), actor=SYSTEM)
    work_off()
    text = "There is no server module named Recorder: install it, or choose another server."
    assert rows() == [("create", "failed", 1, text)]


def test_dismissed_is_done_with(calls: Calls) -> None:
    calls.fails["create"] = FINAL
    renew_service(rented(), actor=SYSTEM)
    work_off()
    row = dismiss_provisioning(Provisioning.objects.get(), actor=SYSTEM)
    assert list(unprovisioned()) == []
    with pytest.raises(Refused):
        retry_provisioning(row, actor=SYSTEM)


def test_options_win_over_properties(calls: Calls) -> None:
    service = rented()
    option = ConfigOptionFactory(env_variable="memory")
    value = ConfigOptionFactory(parent=option, env_variable="2048", name="2 GB")
    ServiceConfigFactory(configurable=service, config_option=option, config_value=value)
    service.properties.create(key="memory", value="1", model=service)
    service.properties.create(key="domain", value="a.example", model=service)
    renew_service(service, actor=SYSTEM)
    work_off()
    assert calls.subjects[0].properties == {"memory": "2048", "domain": "a.example"}


def test_what_is_stale_is_enqueued_again(calls: Calls) -> None:
    service = rented()
    Provisioning.objects.create(service_id=service.pk, action=Action.CREATE)
    assert provisioning.sweep() == 0
    with time_machine.travel(fields.now() + provisioning.STALE * 2, tick=False):
        assert provisioning.sweep() == 1
        work_off()
    assert calls.calls == [("create", service.pk)]
