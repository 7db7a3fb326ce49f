from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notification
from billing.fulfilments.models import Fulfilment
from billing.models import Credit, Invoice, InvoiceTransaction
from billing.tests.api import (
    audits,
    changed,
    created,
    deleted,
    key,
    nothing_changed,
    refused,
    send,
    stamp,
)
from billing.tests.factories import (
    GatewayFactory,
    InvoiceFactory,
    InvoiceItemFactory,
    InvoiceTransactionFactory,
    ServiceFactory,
    ServiceUpgradeFactory,
)
from paymenter.db.morph import class_name

pytestmark = pytest.mark.django_db

PATH = "invoice-transactions"


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def bill(*prices: Any, **columns: Any) -> Invoice:
    invoice: Invoice = InvoiceFactory(items=[{"price": Decimal(p)} for p in prices], **columns)
    return invoice


def status_of(invoice: Invoice) -> str:
    return Invoice.objects.get(pk=invoice.pk).status


def test_payment_of_the_rest_pays_the_invoice(client: Client) -> None:
    service = ServiceFactory()
    line = {"price": Decimal("1.10"), "quantity": 3, "reference_type": class_name(service)}
    invoice = InvoiceFactory(items=[{**line, "reference_id": service.pk}], user=service.user)
    gateway = GatewayFactory()
    body = {"invoice_id": invoice.pk, "gateway_id": gateway.pk, "amount": "1.30", "fee": 0.5}
    data = created(client, PATH, {**body, "transaction_id": "pi_1"})
    payment = InvoiceTransaction.objects.get()
    assert data == {
        "id": str(payment.pk),
        "type": "invoiceTransactions",
        "attributes": {
            "id": payment.pk,
            "invoice_id": invoice.pk,
            "gateway_id": gateway.pk,
            "amount": "1.30",
            "fee": "0.50",
            "transaction_id": "pi_1",
            "status": "succeeded",
            "is_credit_transaction": 0,
            "updated_at": stamp(payment.updated_at),
            "created_at": stamp(payment.created_at),
        },
    }
    assert status_of(invoice) == "pending"
    created(client, PATH, {"invoice_id": invoice.pk, "amount": "2"})
    assert status_of(invoice) == "paid"
    service.refresh_from_db()
    assert service.status == "active"
    assert [(event, name) for event, name, *_ in audits()] == [
        ("created", "InvoiceTransaction"),
        ("created", "InvoiceTransaction"),
        ("updated", "Invoice"),
        ("updated", "Service"),
    ]


def test_same_payment_told_twice_changes_nothing(client: Client) -> None:
    invoice = bill("10")
    body = {"invoice_id": invoice.pk, "amount": "4.00", "fee": "0.1", "transaction_id": "pi_1"}
    first = created(client, PATH, body)
    for again in (body, {**body, "amount": 4}, {**body, "fee": None}):
        with nothing_changed():
            assert created(client, PATH, again) == first
    assert created(client, PATH, {**body, "transaction_id": "PI_1"}) == first
    created(client, PATH, {**body, "amount": 10})
    assert status_of(invoice) == "paid"
    assert InvoiceTransaction.objects.count() == 1


def test_payments_without_an_id_are_all_kept(client: Client) -> None:
    invoice = bill("10")
    for _ in range(2):
        created(client, PATH, {"invoice_id": invoice.pk, "amount": 1, "transaction_id": ""})
    assert InvoiceTransaction.objects.count() == 2


@pytest.mark.parametrize("status", ["processing", "failed"])
@pytest.mark.parametrize("prices", [["10"], []])
def test_what_did_not_arrive_pays_nothing(client: Client, status: str, prices: Any) -> None:
    invoice = bill(*prices)
    body = {"invoice_id": invoice.pk, "amount": "10", "status": status, "transaction_id": "pi_1"}
    created(client, PATH, body)
    assert status_of(invoice) == "pending"
    created(client, PATH, {**body, "status": "succeeded"})
    assert status_of(invoice) == "paid"
    with nothing_changed():
        data = created(client, PATH, body)
    assert data["attributes"]["status"] == "succeeded"


def test_invoice_of_nothing_is_paid_by_a_success(client: Client) -> None:
    invoice = bill()
    created(client, PATH, {"invoice_id": invoice.pk, "amount": 0})
    assert status_of(invoice) == "paid"


def test_late_money_pays_a_cancelled_invoice(client: Client) -> None:
    invoice = bill("10", cancelled=True)
    created(client, PATH, {"invoice_id": invoice.pk, "amount": 12})
    assert status_of(invoice) == "paid"
    assert Credit.objects.get().amount == 2


def test_payment_for_a_pending_upgrade_stands_and_is_not_fulfilled_yet(client: Client) -> None:
    upgrade = ServiceUpgradeFactory()
    line = {"reference_type": class_name(upgrade), "reference_id": upgrade.pk}
    item = InvoiceItemFactory(invoice=upgrade.invoice, price=Decimal(10), **line)
    created(client, PATH, {"invoice_id": upgrade.invoice_id, "amount": 10})
    assert status_of(upgrade.invoice) == "paid"
    assert Fulfilment.objects.get().pk == item.pk
    assert Fulfilment.objects.get().status == "failed"


def test_paid_invoice_takes_more_money_as_credit_and_fulfils_nothing(client: Client) -> None:
    invoice = InvoiceFactory(paid=True)
    before = Notification.objects.count()
    created(client, PATH, {"invoice_id": invoice.pk, "amount": 5})
    assert Notification.objects.count() == before
    assert [name for _, name, *_ in audits()] == ["InvoiceTransaction"] * 2 + ["Credit"]
    amounts = invoice.transactions.order_by("pk").values_list("amount", "is_credit_transaction")
    assert list(amounts)[1:] == [(5, False), (-5, True)]
    assert Credit.objects.get().amount == 5


def test_update(client: Client) -> None:
    invoice = bill("10")
    payment = InvoiceTransactionFactory(invoice=invoice, amount=Decimal(4))
    other = InvoiceTransactionFactory(invoice=invoice, amount=Decimal(1))
    path = f"{PATH}/{payment.pk}"
    answer = refused(client, "PATCH", path, {"transaction_id": other.transaction_id})
    assert answer["errors"] == {"transaction_id": ["The transaction id has already been taken."]}
    data = changed(client, path, {"amount": "9.00", "invoice_id": 999})
    assert (data["attributes"]["amount"], data["attributes"]["invoice_id"]) == ("9.00", invoice.pk)
    assert status_of(invoice) == "paid"
    changed(client, path, {"status": "failed"})
    assert status_of(invoice) == "paid"


def test_delete(client: Client) -> None:
    invoice = InvoiceFactory(paid=True)
    payment = invoice.transactions.get()
    deleted(client, f"{PATH}/{payment.pk}")
    assert status_of(invoice) == "paid"
    assert [(event, name, pk) for event, name, pk, *_ in audits()] == [
        ("deleted", "InvoiceTransaction", payment.pk)
    ]


def test_what_came_from_credit_stays(client: Client) -> None:
    payment = InvoiceTransactionFactory(with_credit=True)
    message = {"message": "The payment was taken from the client's credit: it stays as it is."}
    assert refused(client, "DELETE", f"{PATH}/{payment.pk}") == message
    assert refused(client, "PATCH", f"{PATH}/{payment.pk}", {"amount": 1}) == message


def test_bad_input_is_refused(client: Client) -> None:
    body = {"invoice_id": 9, "gateway_id": 9, "amount": -1, "fee": "x", "status": "paid"}
    assert refused(client, "POST", PATH, body)["errors"] == {
        "invoice_id": ["The selected invoice id is invalid."],
        "gateway_id": ["The selected gateway id is invalid."],
        "amount": ["The amount field must be at least 0."],
        "fee": ["The fee field must be a number."],
        "status": ["The selected status is invalid."],
    }
    answer = refused(client, "POST", PATH, {"invoice_id": bill("1").pk, "amount": "1e15"})
    assert list(answer["errors"]) == ["amount"]


def test_includes(client: Client) -> None:
    payment = InvoiceTransactionFactory()
    document = send(client, "GET", f"{PATH}/{payment.pk}?include=invoice,gateway").json()
    assert [(row["type"], row["id"]) for row in document["included"]] == [
        ("invoices", str(payment.invoice_id)),
        ("gateways", str(payment.gateway_id)),
    ]
    assert document["included"][1]["attributes"]["settings"] is None
    listed = send(client, "GET", f"{PATH}?filter[transaction_id]={payment.transaction_id}").json()
    assert [row["id"] for row in listed["data"]] == [str(payment.pk)]
