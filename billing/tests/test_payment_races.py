"""One payment told many times at the same moment, as providers do."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection  # noqa: F401 (on_mariadb asks it)
from django.test import Client

from accounts.models import Audit
from billing.models import Credit, Invoice, InvoiceTransaction
from billing.tests.api import key, send
from billing.tests.factories import InvoiceFactory
from paymenter.tests.races import at_once, emptied_tables, on_mariadb

pytestmark = [on_mariadb, pytest.mark.mariadb("needs connections that run side by side")]

CREDIT = {"price": Decimal(10), "reference_type": "App\\Models\\Credit"}


@pytest.fixture
def invoice(transactional_db: None) -> Iterator[Invoice]:
    with emptied_tables():
        key()
        yield InvoiceFactory(items=[CREDIT])


def told(invoice: Invoice, **more: Any) -> list[int]:
    def work(number: int) -> int:
        body = {"invoice_id": invoice.pk, "amount": 10, **more}
        return int(send(Client(), "POST", "invoice-transactions", body).status_code)

    return at_once(work, 8)


def test_same_payment_counts_once(invoice: Invoice) -> None:
    assert told(invoice, transaction_id="pi_1") == [201] * 8
    assert InvoiceTransaction.objects.count() == 1
    assert Credit.objects.get().amount == 10
    assert Audit.objects.filter(auditable_type="App\\Models\\Invoice").count() == 1


def test_other_payments_all_count_and_fulfil_once(invoice: Invoice) -> None:
    """The control: without an id they are eight payments."""
    assert told(invoice) == [201] * 8
    assert InvoiceTransaction.objects.count() == 8
    assert Credit.objects.get().amount == 10
