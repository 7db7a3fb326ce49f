from typing import Any

import pytest
from django.test import Client

from billing.models import Service, ServiceCancellation
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import (
    InvoiceFactory,
    PlanFactory,
    ServiceCancellationFactory,
    ServiceFactory,
)
from paymenter.db.morph import class_name

pytestmark = pytest.mark.django_db

PATH = "service-cancellations"


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_end_of_period_is_a_row_only(client: Client) -> None:
    service = ServiceFactory(active=True)
    body = {"service_id": service.pk, "type": "end_of_period", "reason": "Moving"}
    data = created(client, f"{PATH}?include=service", body)
    cancellation = ServiceCancellation.objects.get()
    assert data == {
        "id": str(cancellation.pk),
        "type": "serviceCancellations",
        "attributes": {
            "id": cancellation.pk,
            "service_id": service.pk,
            "reason": "Moving",
            "type": "end_of_period",
            "updated_at": stamp(cancellation.updated_at),
            "created_at": stamp(cancellation.created_at),
        },
        "relationships": {"service": {"data": {"type": "services", "id": str(service.pk)}}},
    }
    service.refresh_from_db()
    assert service.status == "active"
    values = {**body, "id": cancellation.pk}
    assert audits() == [("created", "ServiceCancellation", cancellation.pk, [], values)]


@pytest.mark.parametrize(("stock", "after"), [(None, None), (0, 2), (5, 7)])
def test_immediate_ends_the_service(client: Client, stock: Any, after: Any) -> None:
    service = ServiceFactory(active=True, quantity=2)
    service.product.stock = stock
    service.product.save()
    line = {"reference_type": class_name(service), "reference_id": service.pk}
    open_invoice, paid = (
        InvoiceFactory(items=[line], **{kind: True}) for kind in ("overdue", "paid")
    )
    other = InvoiceFactory(items=[{}])
    created(client, PATH, {"service_id": service.pk, "type": "immediate"})
    service.refresh_from_db()
    assert (service.status, service.product.stock) == ("cancelled", after)
    for invoice, status in ((open_invoice, "cancelled"), (paid, "paid"), (other, "pending")):
        invoice.refresh_from_db()
        assert invoice.status == status
    assert [(event, name) for event, name, *_ in audits()] == [("created", "ServiceCancellation")]


def test_what_cannot_be_cancelled_is_refused(client: Client) -> None:
    once = ServiceFactory(active=True, plan=PlanFactory(one_time=True))
    twice = ServiceCancellationFactory(at_end=True).service
    for service, text in (
        (ServiceFactory(cancelled=True), "The service has ended already."),
        (once, "The service is not renewed: there is nothing to cancel."),
        (twice, "The service has been cancelled already."),
    ):
        answer = refused(client, "POST", PATH, {"service_id": service.pk, "type": "immediate"})
        assert answer["errors"] == {"service_id": [text]}
    answer = refused(client, "POST", PATH, {"service_id": 999, "type": "now", "reason": "x" * 256})
    assert answer["errors"] == {
        "service_id": ["The selected service id is invalid."],
        "type": ["The selected type is invalid."],
        "reason": ["The reason field must not be greater than 255 characters."],
    }


def test_only_the_reason_changes(client: Client) -> None:
    cancellation = ServiceCancellationFactory(at_end=True)
    body = {"reason": None, "type": "immediate", "service_id": ServiceFactory(active=True).pk}
    data = changed(client, f"{PATH}/{cancellation.pk}", body)
    attributes = data["attributes"]
    assert (attributes["reason"], attributes["type"]) == (None, "end_of_period")
    assert attributes["service_id"] == cancellation.service_id


def test_delete(client: Client) -> None:
    cancellation = ServiceCancellationFactory(at_end=True)
    done = ServiceCancellationFactory(service=ServiceFactory(cancelled=True))
    answer = refused(client, "DELETE", f"{PATH}/{done.pk}")
    assert answer == {"message": "The cancellation has been carried out."}
    deleted(client, f"{PATH}/{cancellation.pk}")
    assert Service.objects.filter(pk=cancellation.service_id).exists()
    assert [row["id"] for row in send(client, "GET", PATH).json()["data"]] == [str(done.pk)]
