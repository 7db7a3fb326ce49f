"""The staff console's page of an invoice."""

from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import RoleFactory, UserFactory
from billing.models import Invoice, InvoiceItem
from billing.tests.factories import InvoiceFactory
from billing.tests.pdfs import text_of

pytestmark = pytest.mark.django_db


def staff(*permissions: str) -> User:
    user: User = UserFactory(role=RoleFactory(permissions=list(permissions)))
    return user


def address(invoice: Invoice) -> str:
    return f"/admin/billing/invoice/{invoice.pk}/pdf/"


def test_page_offers_the_pdf(client: Client) -> None:
    invoice = InvoiceFactory(number="2026/7", items=[{"price": Decimal("12.50")}])
    client.force_login(staff("admin.invoices.viewAny"))
    page = client.get(f"/admin/billing/invoice/{invoice.pk}/change/")
    assert page.status_code == 200
    assert f"/admin/billing/invoice/{invoice.pk}/pdf/" in page.content.decode()
    file = client.get(address(invoice))
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert file["Content-Disposition"] == 'attachment; filename="invoice-2026-7.pdf"'
    assert "$12.50" in text_of(file.content)


def test_not_without_the_permission(client: Client) -> None:
    invoice = InvoiceFactory()
    client.force_login(staff("admin.tickets.viewAny"))
    assert client.get(address(invoice)).status_code == 403
    client.logout()
    assert client.get(address(invoice)).status_code == 302


def test_one_that_cannot_be_printed_says_why(client: Client, monkeypatch) -> None:
    monkeypatch.setattr("billing.actions.documents.MOST_LINES", 0)
    invoice = InvoiceFactory()
    InvoiceItem.objects.create(invoice=invoice, price=Decimal(1))
    client.force_login(staff("admin.invoices.viewAny"))
    answer = client.get(address(invoice), follow=True)
    assert answer.redirect_chain == [(f"/admin/billing/invoice/{invoice.pk}/change/", 302)]
    assert "An invoice of more than 0 items cannot be printed." in answer.content.decode()


def test_one_that_is_gone(client: Client) -> None:
    client.force_login(staff("*"))
    assert client.get("/admin/billing/invoice/999999/pdf/").status_code == 404
