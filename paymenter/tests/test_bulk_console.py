"""The same for many records of a list."""

import json
from typing import Any

import pytest

from billing.models import Invoice
from billing.tests.factories import InvoiceFactory, InvoiceTransactionFactory
from paymenter.tests.console import signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/billing/invoice/"


def slice_of(client, name: str, *records, form: str = ""):
    body = json.dumps({"ids": [record.pk for record in records], "form": form})
    return client.post(f"{LIST}bulk/{name}/", body, "application/json")


def test_each_by_itself_and_refusals_are_told():
    client = signed_in("admin.invoices.viewAny", "admin.invoices.update")
    fine, part = InvoiceFactory(status="pending"), InvoiceFactory(status="pending", number="P-1")
    InvoiceTransactionFactory(invoice=part, amount=1)
    done = InvoiceFactory(status="paid", number="D-1")
    answer = slice_of(client, "cancel_invoice", fine, part, done)
    refused = {each["label"]: each["text"] for each in answer.json()["refused"]}
    assert set(refused) == {"P-1", "D-1"}
    assert refused["D-1"] == "“Cancel” is not possible for this one."
    states = dict(Invoice.objects.values_list("pk", "status"))
    assert states == {fine.pk: "cancelled", part.pk: "pending", done.pk: "paid"}


def test_the_page_asks_first_and_knows_whom():
    client = signed_in("admin.invoices.viewAny", "admin.invoices.update")
    chosen = [InvoiceFactory(status="pending") for _ in range(3)]
    form = {"action": "cancel_invoice", "_selected_action": [each.pk for each in chosen]}
    page = client.post(LIST, form)
    assert page.status_code == 200
    assert page.context["ids"] == [each.pk for each in chosen]
    assert not Invoice.objects.filter(status="cancelled").exists()


def test_deleting_many_needs_its_own_permission():
    invoice = InvoiceFactory(status="cancelled")
    one = signed_in("admin.invoices.viewAny", "admin.invoices.delete")
    assert slice_of(one, "delete", invoice).status_code == 403
    assert one.get(LIST).context["action_form"] is None  # nothing to choose
    many = signed_in("admin.invoices.viewAny", "admin.invoices.delete", "admin.invoices.deleteAny")
    assert slice_of(many, "delete", invoice).json() == {"refused": []}
    assert not Invoice.objects.exists()


def test_no_more_than_a_slice_at_once():
    client = signed_in("admin.invoices.viewAny", "admin.invoices.update")
    many = [InvoiceFactory(status="pending") for _ in range(22)]
    slice_of(client, "cancel_invoice", *many)
    assert Invoice.objects.filter(status="cancelled").count() == 20


@pytest.mark.parametrize("name", ["nonsense", "pay_invoice"])
def test_what_the_list_does_not_offer(name):
    assert slice_of(signed_in("*"), name).status_code == 404


def test_a_record_that_is_gone():
    client = signed_in("*")
    invoice = InvoiceFactory(status="pending")
    Invoice.objects.all().delete()
    answer = slice_of(client, "cancel_invoice", invoice)
    assert answer.json()["refused"][0]["text"] == "It is not there any more."


def test_csv_of_what_the_filters_let_through():
    client = signed_in("admin.invoices.viewAny")
    InvoiceFactory(status="pending", number="=HYPERLINK(1)")
    InvoiceFactory(status="paid")
    answer: Any = client.get(f"{LIST}export_csv/?status__exact=pending")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    assert signed_in("admin.tickets.viewAny").get(f"{LIST}export_csv/").status_code == 403
