"""The tax of an invoice is that of the day of its issue."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import PropertyFactory, UserFactory
from billing.actions.documents import invoice_pdf
from billing.actions.invoices import create_invoice, update_invoice
from billing.actions.issued_taxes import TaxTerms, freeze_tax, tax_of
from billing.corrections.models import CreditNote
from billing.issued_taxes.models import IssuedTax
from billing.models import Invoice, InvoiceSnapshot, TaxRate
from billing.tests.factories import CurrencyFactory, InvoiceFactory
from billing.tests.pdfs import text_of
from paymenter.actor import SYSTEM
from paymenter.tests.api import get, set_option, store_key

pytestmark = pytest.mark.django_db

DUTCH = TaxTerms("BTW", Decimal("21.00"), "NL")
GERMAN = TaxTerms("MwSt", Decimal("19.00"), "DE")


@pytest.fixture(autouse=True)
def _taxes() -> None:
    set_option("tax_enabled", "1", "boolean")
    for terms in (DUTCH, GERMAN):
        TaxRate.objects.create(**terms._asdict())


@pytest.fixture
def client_of_ours() -> User:
    user: User = UserFactory()
    PropertyFactory(model=user, key="country", value="Netherlands")
    return user


def issued(user: User) -> Invoice:
    return create_invoice(
        actor=SYSTEM,
        user_id=user.pk,
        currency_code=CurrencyFactory().pk,
        status=Invoice.Status.PENDING,
        items=[{"price": Decimal("121.00"), "quantity": 1, "description": "Web S"}],
    )


def test_neither_rate_nor_client_nor_switch_changes_an_issued_invoice(client_of_ours) -> None:
    invoice = issued(client_of_ours)
    assert tax_of(invoice) == DUTCH
    TaxRate.objects.filter(country="NL").update(rate=Decimal("25.00"), name="New")
    assert tax_of(invoice) == DUTCH
    client_of_ours.properties.all().update(value="Germany")
    assert tax_of(invoice) == DUTCH
    set_option("tax_enabled", "0", "boolean")
    assert tax_of(invoice) == DUTCH
    assert "BTW (21.00%) $21.00" in text_of(invoice_pdf(invoice))


def test_an_invoice_without_tax_stays_without(client_of_ours) -> None:
    set_option("tax_enabled", "0", "boolean")
    switched_off = issued(client_of_ours)
    TaxRate.objects.all().delete()
    set_option("tax_enabled", "1", "boolean")
    no_rate = issued(client_of_ours)
    TaxRate.objects.create(**DUTCH._asdict())
    assert [tax_of(switched_off), tax_of(no_rate)] == [None, None]


def test_snapshot_of_a_payment_keeps_the_rate_of_the_issue(client_of_ours) -> None:
    invoice = issued(client_of_ours)
    client_of_ours.properties.all().update(value="Germany")
    paid = update_invoice(invoice, actor=SYSTEM, status=Invoice.Status.PAID)
    snapshot = InvoiceSnapshot.objects.get(invoice=paid)
    assert (snapshot.tax_name, snapshot.tax_rate, snapshot.tax_country) == DUTCH
    assert tax_of(paid) == DUTCH


def test_snapshot_that_php_made_counts(client_of_ours) -> None:
    invoice = issued(client_of_ours)
    InvoiceSnapshot.objects.create(
        invoice=invoice, tax_name="MwSt", tax_rate=Decimal("19.00"), tax_country="DE"
    )
    assert tax_of(invoice) == GERMAN
    set_option("invoice_snapshot", "0", "boolean")
    assert tax_of(invoice) == DUTCH


def test_of_an_invoice_that_php_issued_the_rate_is_todays(client_of_ours) -> None:
    invoice = InvoiceFactory(user=client_of_ours)
    assert tax_of(invoice) == DUTCH
    client_of_ours.properties.all().update(value="Germany")
    assert tax_of(invoice) == GERMAN
    set_option("tax_enabled", "0", "boolean")
    assert tax_of(invoice) is None


def totals(client: Client, invoice: Any) -> Any:
    response = get(client, f"invoices/{invoice}/totals")
    assert response.status_code == 200, response.content
    return response.json()


def test_the_api_tells_what_an_invoice_comes_to(client: Client, client_of_ours: User) -> None:
    store_key("admin.invoices.view")
    set_option("invoice_number_format", "INV-{number}")
    invoice = issued(client_of_ours)
    wanted = {
        "currency_code": "USD",
        "subtotal": "100.00",
        "tax": {"name": "BTW", "rate": "21.00", "country": "NL", "amount": "21.00"},
        "total": "121.00",
        "credited": "0.00",
        "paid": "0.00",
        "remaining": "121.00",
    }
    assert totals(client, invoice.pk) == wanted
    assert totals(client, invoice.number) == wanted
    invoice.transactions.create(amount=Decimal("130.5"))
    assert totals(client, invoice.pk) == wanted | {"paid": "130.50", "remaining": "-9.50"}
    TaxRate.objects.all().delete()
    IssuedTax.objects.all().delete()
    plain = {"subtotal": "121.00", "tax": None, "paid": "130.50", "remaining": "-9.50"}
    assert totals(client, invoice.pk) == wanted | plain


def test_what_credit_notes_took_back_is_not_to_be_paid(client: Client, client_of_ours) -> None:
    store_key("admin.invoices.view")
    invoice = issued(client_of_ours)
    CreditNote.objects.create(
        number="CN-1",
        invoice_id=invoice.pk,
        user_id=client_of_ours.pk,
        currency_code="USD",
        amount=Decimal("21.00"),
    )
    shown = totals(client, invoice.pk)
    assert (shown["total"], shown["credited"], shown["remaining"]) == ("121.00", "21.00", "100.00")


def test_totals_need_the_permission(client: Client, client_of_ours: User) -> None:
    store_key("admin.users.view")
    assert get(client, f"invoices/{issued(client_of_ours).pk}/totals").status_code == 403


def test_id_of_an_invoice_that_is_gone_may_come_again() -> None:
    user = UserFactory()
    IssuedTax.objects.create(
        invoice_id=InvoiceFactory().pk + 1, name="Old", rate=5, is_charged=True
    )
    invoice = InvoiceFactory(user=user)
    IssuedTax.objects.filter(name="Old").update(invoice_id=invoice.pk)
    freeze_tax(invoice, None)
    row = IssuedTax.objects.get(invoice_id=invoice.pk)
    assert (row.name, row.rate) == (None, None)
