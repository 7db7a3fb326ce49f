"""A part that was paid of an invoice that is cancelled, before or after, becomes credit."""

from decimal import Decimal
from typing import Any

import pytest

from billing.actions.cancellations import create_cancellation
from billing.actions.payments import IS_CANCELLED, record_payment, remaining
from billing.books import CHECKS
from billing.models import Credit, Invoice, Service
from billing.tests.estates import bill, estate
from billing.tests.factories import InvoiceTransactionFactory
from billing.wallets.models import CreditMovement
from paymenter.actor import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    """Of an active service, 10.00, with 4.00 paid."""
    shop = estate()
    Credit.objects.all().delete()
    made = bill(shop.active)
    record_payment(actor=SYSTEM, invoice_id=made.pk, amount=Decimal(4))
    create_cancellation(actor=SYSTEM, service_id=shop.active.pk, type="immediate", reason="")
    made.refresh_from_db()
    return made


def test_part_that_was_paid_becomes_credit(invoice: Invoice) -> None:
    assert invoice.status == Invoice.Status.CANCELLED
    assert Credit.objects.get().amount == 4
    assert remaining(invoice) == 10
    assert next(CHECKS["cancelled-but-paid"].findings(), None) is None


def test_whole_amount_still_brings_the_service_back(invoice: Invoice) -> None:
    record_payment(actor=SYSTEM, invoice_id=invoice.pk, amount=Decimal(10))
    service = Service.objects.get(status="active")
    invoice.refresh_from_db()
    assert (invoice.status, service.status) == ("paid", "active")
    assert Credit.objects.get().amount == 4


def test_part_that_comes_later_becomes_credit_too(invoice: Invoice) -> None:
    payment = record_payment(
        actor=SYSTEM, invoice_id=invoice.pk, amount=Decimal(3), transaction_id="late"
    )
    record_payment(actor=SYSTEM, invoice_id=invoice.pk, amount=Decimal(3), transaction_id="late")
    invoice.refresh_from_db()
    assert (invoice.status, remaining(invoice)) == ("cancelled", Decimal(10))
    assert Credit.objects.get().amount == 7
    (moved,) = CreditMovement.objects.filter(amount=3)
    assert (moved.kind, moved.invoice_id, moved.reason) == ("undelivered", invoice.pk, IS_CANCELLED)
    assert payment.amount == 3
    assert next(CHECKS["cancelled-but-paid"].findings(), None) is None


def test_part_under_way_becomes_credit_when_it_has_arrived(invoice: Invoice) -> None:
    told: dict[str, Any] = {
        "invoice_id": invoice.pk,
        "amount": Decimal(3),
        "transaction_id": "slow",
    }
    for status, credit in (("processing", 4), ("failed", 4), ("succeeded", 7), ("failed", 7)):
        record_payment(actor=SYSTEM, **told, status=status)
        assert Credit.objects.get().amount == credit


def test_parts_that_php_left_on_it_still_count(invoice: Invoice) -> None:
    """Paymenter keeps them on the invoice: with what is missing it is paid."""
    InvoiceTransactionFactory(invoice=invoice, amount=Decimal(4))
    record_payment(actor=SYSTEM, invoice_id=invoice.pk, amount=Decimal(6))
    invoice.refresh_from_db()
    assert (invoice.status, Credit.objects.get().amount) == ("paid", Decimal(4))
