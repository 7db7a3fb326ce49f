"""`GET credit-notes/{id}/pdf`."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import PropertyFactory, UserFactory
from billing.actions.credit_note_documents import credit_note_pdf, credit_note_pdf_name, facts_of
from billing.actions.credit_notes import create_credit_note
from billing.corrections.models import CreditNote
from billing.documents.content import credit_note_content, labels_of, languages
from billing.models import Currency, Invoice, TaxRate
from billing.tests.api import nothing_changed
from billing.tests.factories import CurrencyFactory, InvoiceFactory
from billing.tests.pdfs import text_of, words_of
from paymenter.actor import SYSTEM
from paymenter.tests.api import get, set_option, store_key

pytestmark = pytest.mark.django_db

VIEW = "admin.credit_notes.view"


@pytest.fixture
def invoice() -> Invoice:
    """Two lines, 181.50 in all, of it 21 % tax."""
    set_option("tax_enabled", "1")
    set_option("bill_to_text", "Example Hosting BV")
    TaxRate.objects.create(name="BTW", rate=Decimal("21.00"), country="NL")
    user = UserFactory(first_name="Ann", last_name="Archer")
    PropertyFactory(model=user, key="country", value="Netherlands")
    made: Invoice = InvoiceFactory(
        number="INV-7",
        status=Invoice.Status.PAID,
        user=user,
        currency=CurrencyFactory(code="EUR", prefix="€", format="1.000,00"),
        items=[
            {"price": Decimal("121.00"), "description": "Web S"},
            {"price": Decimal("60.50"), "description": "Mail"},
        ],
    )
    return made


def note(invoice: Invoice, **values: Any) -> CreditNote:
    return create_credit_note(actor=SYSTEM, invoice_id=invoice.pk, **values)


def test_it_is_a_file_with_a_name(client: Client, invoice: Invoice) -> None:
    store_key(VIEW)
    made = note(invoice, reason="Sold by mistake")
    with nothing_changed():
        response = get(client, f"credit-notes/{made.pk}/pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'attachment; filename="credit-note-CN-1.pdf"'
    assert response.content == credit_note_pdf(made)
    words = words_of(text_of(response.content))
    assert {"Ann", "Archer", "CN-1", "INV-7", "Web", "Mail"} <= words
    assert {"€121,00", "€60,50", "€181,50", "€31,50", "€150,00"} <= words
    assert "Reason: Sold by mistake" in text_of(response.content)
    known = {"If-None-Match": response["ETag"]}
    assert get(client, f"credit-notes/{made.pk}/pdf", **known).status_code == 304


def test_a_part_of_the_whole_names_the_invoice(invoice: Invoice) -> None:
    made = note(invoice, amount=Decimal("12.10"))
    shown = credit_note_content(facts_of(made), "en")
    assert shown["lines"] == [["Corrects invoice INV-7", "€12,10"]]
    assert [(row["label"], row["value"]) for row in shown["totals"]] == [
        ("Subtotal", "€10,00"),
        ("BTW (21.00%)", "€2,10"),
        ("Total", "€12,10"),
    ]


def test_it_stays_as_it_was_issued(invoice: Invoice) -> None:
    """What was frozen counts; without invoice and currency too."""
    made = CreditNote.objects.get(pk=note(invoice).pk)
    before = facts_of(made)
    set_option("tax_enabled", "0")
    TaxRate.objects.all().delete()
    invoice.user.first_name = "Other"
    invoice.user.save()
    assert facts_of(made) == before
    Invoice.objects.all().delete()
    Currency.objects.all().delete()
    text = text_of(credit_note_pdf(made))
    assert {"Ann", "181.50", "EUR", "INV-7"} <= words_of(text)


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_language_has_its_words(invoice: Invoice, language: str) -> None:
    labels = labels_of(language)
    names = ("credit_note", "credit_note_number", "credit_note_date", "corrects", "reason")
    assert all(labels[name] for name in names)
    english = labels["credit_note"] == labels_of("en")["credit_note"]
    assert english == (language == "en")
    assert credit_note_pdf(note(invoice), language=language).startswith(b"%PDF")


def test_other_languages_are_refused(client: Client, invoice: Invoice) -> None:
    store_key(VIEW)
    made = note(invoice)
    assert get(client, f"credit-notes/{made.pk}/pdf?language=de").status_code == 200
    assert get(client, f"credit-notes/{made.pk}/pdf?language=xx").status_code == 400
    assert get(client, "credit-notes/999/pdf").status_code == 404


def test_it_needs_the_permission(client: Client, invoice: Invoice) -> None:
    store_key("admin.credit_notes.create")
    assert get(client, f"credit-notes/{note(invoice).pk}/pdf").status_code == 403


def test_name_is_safe(invoice: Invoice) -> None:
    made = note(invoice)
    made.number = "../../CN/2026"
    assert credit_note_pdf_name(made) == "credit-note-CN-2026.pdf"
