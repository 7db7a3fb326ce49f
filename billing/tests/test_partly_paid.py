"""What was paid on an invoice that is cancelled with its service becomes credit."""

from decimal import Decimal

import pytest

from billing.actions.cancellations import create_cancellation
from billing.actions.payments import record_payment, remaining
from billing.books import CHECKS
from billing.models import Credit, Invoice, Service
from billing.tests.estates import bill, estate
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
