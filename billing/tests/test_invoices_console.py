"""The staff console's pages of invoices."""

from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Audit
from accounts.tests.factories import UserFactory
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from billing.tests.factories import InvoiceFactory
from billing.tests.pdfs import text_of
from paymenter.tests.console import errors_of, rows, signed_in, staff

pytestmark = pytest.mark.django_db


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


# -- writing: the same actions as the API's ------------------------------------------------------

PAGES = "/admin/billing/invoice/"
EVERY = ("admin.invoices.viewAny", "admin.invoices.create", "admin.invoices.update")


def filled(**changes: object) -> dict[str, object]:
    return {"currency_code": "USD", "status": "pending", "due_at": "2026-12-24", **changes}


def change(invoice: Invoice) -> str:
    return f"{PAGES}{invoice.pk}/change/"


def stored(invoice: Invoice) -> dict[str, object]:
    return filled(user_id=invoice.user_id, status=invoice.status, due_at=str(invoice.due_at or ""))


def test_a_new_invoice_with_its_items() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    InvoiceFactory()  # the currency
    lines = rows("items", {"description": "Set-up", "quantity": "2", "price": "12.50"})
    answer = client.post(f"{PAGES}add/", filled(user_id=user.pk) | lines)
    assert answer.status_code == 302, errors_of(answer)
    invoice = Invoice.objects.get(user=user)
    assert (invoice.status, invoice.currency_code, str(invoice.due_at)) == (
        "pending",
        "USD",
        "2026-12-24",
    )
    assert [(i.description, i.quantity, i.price) for i in invoice.items.all()] == [
        ("Set-up", 2, Decimal("12.50"))
    ]
    audit = Audit.objects.filter(auditable_id=invoice.pk, event="created").earliest("pk")
    assert (audit.user_id, audit.tags) == (staff_of(client), "admin")


def staff_of(client: Client) -> int:
    return int(client.session["_auth_user_id"])


def test_what_the_rules_refuse_stands_at_its_box() -> None:
    client = signed_in(*EVERY)
    lines = rows("items", {"description": "", "quantity": "0", "price": "free"})
    answer = client.post(f"{PAGES}add/", {"status": "gone"} | lines)
    assert errors_of(answer) == {
        "user_id": ["The user id field is required."],
        "currency_code": ["The currency code field is required."],
        "status": ["The selected status is invalid."],
        "items.0.description": ["The description field is required."],
        "items.0.quantity": ["The quantity field must be at least 1."],
        "items.0.price": ["The price field must be a number."],
    }
    assert not Invoice.objects.exists()


def test_a_payment_in_full_marks_it_paid() -> None:
    client = signed_in(*EVERY, "admin.invoice_transactions.create")
    invoice = InvoiceFactory(number="INV-9", status="pending", items=[{"price": Decimal(10)}])
    item = invoice.items.get()
    lines = rows(
        "items",
        {"id": item.pk, "description": item.description, "quantity": 1, "price": "10.00"},
        stored=1,
    )
    payment = rows("paymentinline", {"amount": "10", "status": "succeeded"})
    answer = client.post(change(invoice), stored(invoice) | lines | payment)
    assert answer.status_code == 302, errors_of(answer)
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert InvoiceTransaction.objects.get(invoice=invoice).amount == Decimal(10)


def test_rows_that_one_may_not_write_are_left_alone() -> None:
    """However the browser's request was made."""
    client = signed_in(*EVERY)
    invoice = InvoiceFactory(status="pending")
    payment = rows("paymentinline", {"amount": "10", "status": "succeeded"})
    client.post(change(invoice), stored(invoice) | rows("items") | payment)
    assert not InvoiceTransaction.objects.exists()


def test_what_the_action_refuses_is_said_and_nothing_is_kept() -> None:
    client = signed_in(*EVERY)
    invoice = InvoiceFactory(number="INV-9", status="paid", items=[{"price": Decimal(10)}])
    item = invoice.items.get()
    lines = rows(
        "items",
        {"id": item.pk, "description": "Other", "quantity": 1, "price": "99.00"},
        stored=1,
    )
    answer = client.post(change(invoice), stored(invoice) | {"due_at": "2030-01-01"} | lines)
    assert errors_of(answer)
    item.refresh_from_db()
    invoice.refresh_from_db()
    assert (item.price, str(invoice.due_at)) != (Decimal(99), "2030-01-01")
