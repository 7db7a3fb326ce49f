"""What staff do with services, servers and the daily run over the API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing.actions.services import renew_service
from billing.daily.models import ParkedRow
from billing.models import Invoice, Service, ServiceCancellation
from billing.provisioning.models import Provisioning
from billing.tests.api import audits, deleted, key, nothing_changed, refused, send
from billing.tests.factories import ServerFactory, ServiceFactory
from billing.tests.servers import FINAL, Recorder, recorder
from paymenter.actor import SYSTEM
from paymenter.db import fields
from paymenter.tests.api import store_key
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


@pytest.fixture
def calls() -> Iterator[type[Recorder]]:
    with recorder() as found:
        yield found


def rented(**columns: Any) -> Service:
    service: Service = ServiceFactory(**columns)
    product = service.product
    assert product is not None
    product.server_id = ServerFactory(extension="Recorder").pk
    product.save()
    return service


def done(client: Client, path: str, body: Any = None, status: int = 200) -> Any:
    response = send(client, "POST", path, body or {})
    assert response.status_code == status, response.content
    return response.json()


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        ("active", "suspend", "suspended"),
        ("suspended", "unsuspend", "active"),
        ("active", "terminate", "cancelled"),
        ("suspended", "terminate", "cancelled"),
    ],
)
def test_verb_changes_state_and_server(
    client: Client, calls: type[Recorder], state: str, verb: str, after: str
) -> None:
    service = rented(**{state: True})
    data = done(client, f"services/{service.pk}/{verb}")["data"]
    assert (data["type"], data["attributes"]["status"]) == ("services", after)
    change = ("updated", "Service", service.pk, {"status": state}, {"status": after})
    assert audits() == [change]
    work_off()
    assert calls.calls == [(verb, service.pk)]


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("suspended", "suspend"),
        ("cancelled", "suspend"),
        ("active", "unsuspend"),
        ("cancelled", "terminate"),
    ],
)
def test_verb_that_does_not_fit_is_refused(client: Client, state: str, verb: str) -> None:
    service = ServiceFactory(**{state: True})
    assert "status" in refused(client, "POST", f"services/{service.pk}/{verb}", {})["errors"]


def test_cancel_at_once(client: Client) -> None:
    service = ServiceFactory(active=True)
    body = {"type": "immediate", "reason": "Moving"}
    data = done(client, f"services/{service.pk}/cancel", body, 201)["data"]
    assert data["type"] == "serviceCancellations"
    assert ServiceCancellation.objects.get().reason == "Moving"
    service.refresh_from_db()
    assert service.status == "cancelled"


def test_what_a_server_could_not_do_is_listed_and_tried_again(
    client: Client, calls: type[Recorder]
) -> None:
    service = rented()
    calls.fails["create"] = FINAL
    renew_service(service, actor=SYSTEM)
    work_off()
    listed = send(client, "GET", "provisionings?filter[status]=failed").json()["data"]
    assert [row["attributes"]["error"] for row in listed] == ["There is no such package."]
    del calls.fails["create"]
    row = done(client, f"provisionings/{listed[0]['id']}/retry")["data"]
    assert row["attributes"]["status"] == "pending"
    work_off()
    assert Provisioning.objects.get().status == "done"
    assert "status" in refused(client, "POST", f"provisionings/{row['id']}/retry", {})["errors"]


def test_what_nobody_wants_is_dismissed(client: Client, calls: type[Recorder]) -> None:
    calls.fails["create"] = FINAL
    renew_service(rented(), actor=SYSTEM)
    work_off()
    row = Provisioning.objects.get()
    data = done(client, f"provisionings/{row.pk}/dismiss")["data"]
    assert data["attributes"]["status"] == "dismissed"


def test_parked_row_is_listed_retried_and_forgotten(client: Client) -> None:
    row = ParkedRow.objects.create(
        step="invoices_created",
        record_type="App\\Models\\Service",
        record_id=7,
        failures=3,
        waits=True,
        error="The plan of the service is gone: choose another one.",
    )
    (listed,) = send(client, "GET", "parked-rows?filter[waits]=1").json()["data"]
    assert listed["attributes"]["record_id"] == 7
    data = done(client, f"parked-rows/{row.pk}/retry")["data"]
    assert (data["attributes"]["waits"], data["attributes"]["failures"]) == (False, 0)
    row.refresh_from_db()
    assert row.confirmed
    deleted(client, f"parked-rows/{row.pk}")
    assert not ParkedRow.objects.exists()


def test_rehearsal_tells_and_changes_nothing(client: Client) -> None:
    service = ServiceFactory(status="active", expires_at=fields.now() + timedelta(days=3))
    with nothing_changed():
        answer = done(client, "daily-run-rehearsals")
    assert answer["counts"] == {"invoices_created": 1}
    (line,) = answer["lines"]
    assert (line["step"], line["parked"]) == ("invoices_created", False)
    assert f"#{service.pk} billed 10.00 USD" in line["text"]
    assert not Invoice.objects.exists()


def test_rehearsal_of_a_day_to_come(client: Client) -> None:
    ServiceFactory(status="active", expires_at=fields.now() + timedelta(days=20))
    assert done(client, "daily-run-rehearsals")["counts"] == {}
    day = (fields.now() + timedelta(days=15)).date().isoformat()
    assert done(client, "daily-run-rehearsals", {"date": day})["counts"] == {"invoices_created": 1}


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("services/{}/suspend", "admin.services.update"),
        ("services/{}/cancel", "admin.services.update"),
        ("daily-run-rehearsals", "admin.daily_runs.create"),
    ],
)
def test_permission_is_needed(client: Client, path: str, permission: str) -> None:
    service = ServiceFactory(active=True)
    body = {"type": "end_of_period"} if "cancel" in path else {}
    for held, status in (("admin.services.view", {403, 404}), (permission, {200, 201})):
        store_key(held, "admin.daily_runs.view", token=f"secret-{held}")
        headers = {"Authorization": f"Bearer secret-{held}"}
        response = client.post(
            f"/api/v1/admin/{path.format(service.pk)}",
            body,
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code in status, response.content
