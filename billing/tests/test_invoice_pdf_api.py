from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.rules.permissions import PAYMENTER_API_KEY
from accounts.tests.factories import PropertyFactory, UserFactory
from billing.actions.documents import MOST_LINES, invoice_pdf, obstacles_of, pdf_name
from billing.models import Invoice, InvoiceItem, InvoiceSnapshot, TaxRate
from billing.tests.api import nothing_changed
from billing.tests.factories import CurrencyFactory, InvoiceFactory, InvoiceTransactionFactory
from billing.tests.pdfs import attachments_of, broken_rules, text_of
from paymenter.errors import Refused
from paymenter.tests.api import get, set_option, store_key

pytestmark = pytest.mark.django_db

SELLER = {
    "company_name": "Example Hosting",
    "seller_country": "DE",
    "seller_vat_id": "DE123456789",
    "tax_enabled": "1",
}


@pytest.fixture(autouse=True)
def _key() -> None:
    store_key(*PAYMENTER_API_KEY)


def bill(**columns: Any) -> Invoice:
    made: Invoice = InvoiceFactory(
        items=[{"price": Decimal("121.00")}],
        currency=CurrencyFactory(code="EUR", prefix="€", format="1.000,00"),
        user=UserFactory(first_name="Ann", last_name="Archer"),
        **columns,
    )
    return made


def taxed(**columns: Any) -> Invoice:
    """One that can be an e-invoice."""
    for key, value in SELLER.items():
        set_option(key, value)
    made = bill(**columns)
    TaxRate.objects.create(name="BTW", rate=Decimal("21.00"), country="NL")
    PropertyFactory(model=made.user, key="country", value="Netherlands")
    return made


@pytest.mark.parametrize("by", ["id", "number"])
def test_it_is_a_file_with_a_name(client: Client, by: str) -> None:
    made = bill(number="INV-7")
    with nothing_changed():
        response = get(client, f"invoices/{made.pk if by == 'id' else 'INV-7'}/pdf")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="invoice-INV-7.pdf"'
    assert response.content == invoice_pdf(made)
    assert {"Ann", "Archer", "INV-7", "€121,00"} <= set(text_of(response.content).split())


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("INV-1", "invoice-INV-1.pdf"),
        (None, "invoice-{pk}.pdf"),
        ("2026/11/0042", "invoice-2026-11-0042.pdf"),
        ("../../etc/passwd", "invoice-etc-passwd.pdf"),
        ('a"b\r\nSet-Cookie: x', "invoice-a-b-Set-Cookie-x.pdf"),
        ("Rechnung Nº ü", "invoice-Rechnung-N.pdf"),
        ("///", "invoice-{pk}.pdf"),
    ],
)
def test_name_is_safe_whatever_the_number(client: Client, number: str, name: str) -> None:
    made = bill(number=number)
    name = name.format(pk=made.pk)
    assert pdf_name(made) == name
    response = get(client, f"invoices/{made.pk}/pdf")
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


def test_language_of_the_installation_unless_told(client: Client) -> None:
    made = bill()
    set_option("app_language", "de")
    assert "Rechnungsnummer" in text_of(get(client, f"invoices/{made.pk}/pdf").content)
    told = get(client, f"invoices/{made.pk}/pdf?language=nl")
    assert "Factuurnummer" in text_of(told.content)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("language=tlh", "The language may be one of: ar, bn, da, de, en, es, fi, fr, he,"),
        (
            "language[]=de",
            "The language may be one of: ar, bn, da, de, en, es, fi, fr, he,",
        ),
        ("format=docx", "The format may be one of: factur-x, pdf."),
    ],
)
def test_other_languages_and_formats_are_refused(client: Client, query, message) -> None:
    response = get(client, f"invoices/{bill().pk}/pdf?{query}")
    assert response.status_code == 400
    assert response.json()["message"].startswith(message)


def test_who_may(client: Client) -> None:
    made = bill()
    store_key("admin.users.view", token="other")
    assert get(client, f"invoices/{made.pk}/pdf", "other").status_code == 403
    assert client.get(f"/api/v1/admin/invoices/{made.pk}/pdf").status_code == 401
    missing = get(client, "invoices/999999/pdf")
    assert missing.status_code == 404
    assert missing.json() == {"message": "No query results for model [App\\Models\\Invoice]."}


def test_etag_spares_the_file(client: Client) -> None:
    made = bill()
    tag = get(client, f"invoices/{made.pk}/pdf")["ETag"]
    again = get(client, f"invoices/{made.pk}/pdf", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    InvoiceItem.objects.update(price=Decimal("5.00"))
    assert get(client, f"invoices/{made.pk}/pdf", **{"If-None-Match": tag}).status_code == 200


def test_e_invoice_on_demand(client: Client) -> None:
    made = taxed()
    response = get(client, f"invoices/{made.pk}/pdf?format=factur-x")
    assert response.status_code == 200
    [xml] = attachments_of(response.content).values()
    assert broken_rules(xml) == []
    assert attachments_of(get(client, f"invoices/{made.pk}/pdf").content) == {}


def test_e_invoice_that_cannot_be_says_all_that_is_missing(client: Client) -> None:
    made = bill(number=None)
    response = get(client, f"invoices/{made.pk}/pdf?format=factur-x")
    assert response.status_code == 422
    assert response.json()["errors"] == {"format": obstacles_of(made)}
    assert obstacles_of(made) == [
        "A proforma invoice has no number: it gets one when it is paid.",
        "The setting seller_country is empty.",
        "The settings seller_vat_id and seller_tax_number are both empty.",
        "The client's property country is empty or no country.",
        "The invoice has no tax and nothing says why: write it into invoice_exemption.",
    ]


def test_setting_makes_e_invoices_of_all_that_can_be(client: Client) -> None:
    made = taxed()
    set_option("invoice_factur_x", "1", "boolean")
    assert list(attachments_of(invoice_pdf(made))) == ["factur-x.xml"]
    assert attachments_of(invoice_pdf(made, e_invoice=False)) == {}
    plain = bill(number=None)
    assert attachments_of(invoice_pdf(plain)) == {}
    assert "€121,00" in text_of(invoice_pdf(plain))


def test_reverse_charge_is_noted_on_the_page() -> None:
    made = taxed()
    TaxRate.objects.all().delete()
    PropertyFactory(model=made.user, key="vat_number", value="NL 1234.56.789.B01")
    pdf = invoice_pdf(made, e_invoice=True, language="de")
    assert "Steuerschuldnerschaft des Leistungsempfängers." in text_of(pdf)
    [xml] = attachments_of(pdf).values()
    assert broken_rules(xml) == []
    assert b"NL123456789B01" in xml


def test_what_was_frozen_wins() -> None:
    made = taxed(paid=True)
    InvoiceSnapshot.objects.create(
        invoice=made,
        name="Ann Before",
        properties={"city": "Delft", "country": "Belgium"},
        tax_name="Old VAT",
        tax_rate=Decimal("6.00"),
        tax_country="BE",
        bill_to="Old Name Ltd\nOld Street 1",
    )
    set_option("bill_to_text", "New Name Ltd")
    pdf = invoice_pdf(made, e_invoice=True)
    text = text_of(pdf)
    assert {"Ann Before", "Delft", "Belgium", "Old Name Ltd", "Old Street 1"} <= set(
        text.splitlines()
    )
    assert "Old VAT (6.00%) €6,85" in text
    assert "New Name" not in text
    [xml] = attachments_of(pdf).values()
    assert b"<ram:CountryID>BE</ram:CountryID>" in xml
    set_option("invoice_snapshot", "0", "boolean")
    assert "BTW (21.00%) €21,00" in text_of(invoice_pdf(made))


def test_only_money_that_arrived_is_shown() -> None:
    made = bill()
    InvoiceTransactionFactory(invoice=made, amount=Decimal("21.00"), with_credit=True)
    InvoiceTransactionFactory(invoice=made, amount=Decimal("33.00"), failed=True)
    InvoiceTransactionFactory(invoice=made, amount=Decimal("34.00"), processing=True)
    text = text_of(invoice_pdf(made))
    assert "Amount due €100,00" in text
    assert "Account credit" in text
    assert not {"€33,00", "€34,00"} & set(text.split())


def test_dates_are_those_of_the_shop(client: Client) -> None:
    set_option("timezone", "Asia/Tokyo")
    made = bill(due_at=None)
    Invoice.objects.update(created_at=datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    made.refresh_from_db()
    assert "Invoice date 06/03/2026" in text_of(invoice_pdf(made))


def test_too_long_an_invoice_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("billing.actions.documents.MOST_LINES", 1)
    made = bill()
    assert invoice_pdf(made).startswith(b"%PDF")
    InvoiceItem.objects.create(invoice=made, price=Decimal(1), description="second")
    with pytest.raises(Refused, match="An invoice of more than 1 items cannot be printed"):
        invoice_pdf(made)
    assert MOST_LINES == 5_000


@pytest.mark.parametrize(
    ("name", "is_shown"),
    [
        ("logo-light.webp", True),
        ("/logo-light.webp", True),
        ("gone.webp", False),
        ("../secret.svg", False),
        ("large.svg", False),
        ("", False),
    ],
)
def test_logo_is_a_public_file(tmp_path, settings, name: str, is_shown: bool) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'
    public = tmp_path / "public"
    public.mkdir()
    (public / "logo-light.webp").write_bytes(svg)  # PHP calls every logo so
    (tmp_path / "secret.svg").write_bytes(svg)
    (public / "large.svg").write_bytes(svg + b" " * 1024 * 1024)
    settings.PUBLIC_FILES_DIR = public
    set_option("company_name", "Example Hosting")
    set_option("logo", name)
    first = text_of(invoice_pdf(bill())).split()[0]
    assert first == ("Invoice" if is_shown else "Example")
