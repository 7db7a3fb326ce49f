"""The staff console's pages of invoices."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, EmailLog, NotificationTemplate
from accounts.rules.permissions import STAFF
from accounts.tests.factories import UserFactory
from billing.actions.payments import pay_remaining
from billing.corrections.models import CreditNote, Refund
from billing.models import Credit, Invoice, InvoiceItem, InvoiceTransaction
from billing.tests.factories import (
    GatewayFactory,
    InvoiceFactory,
    InvoiceTransactionFactory,
    ServiceFactory,
)
from billing.tests.pdfs import text_of
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.models import Setting
from paymenter.tests.console import errors_of, rows, signed_in, staff
from paymenter.tests.jobs import work_off

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
    lines = rows("items", {"id": item.pk, "description": "Other", "price": "99.00"}, stored=1)
    other = {"user_id": UserFactory().pk, "due_at": "2030-01-01"}
    answer = client.post(change(invoice), stored(invoice) | other | lines)
    assert errors_of(answer) == {
        "user_id": ["A paid invoice is not changed: refund it, or correct it by a credit note."]
    }
    item.refresh_from_db()
    invoice.refresh_from_db()
    assert item.price == Decimal(10)
    assert str(invoice.due_at) != "2030-01-01"


# -- what can be done with one --------------------------------------------------------------------


def verb(invoice: Invoice, name: str) -> str:
    return f"{PAGES}{invoice.pk}/{name}/"


def due(amount: int = 10, **columns: Any) -> Invoice:
    invoice: Invoice = InvoiceFactory(items=[{"price": Decimal(amount)}], **columns)
    return invoice


def status_of(invoice: Invoice) -> str:
    return Invoice.objects.get(pk=invoice.pk).status


PAYS = ("admin.invoices.viewAny", "admin.invoice_transactions.create")


def test_mark_as_paid_records_what_is_still_open() -> None:
    client, invoice, gateway = signed_in(*PAYS), due(), GatewayFactory()
    InvoiceTransactionFactory(invoice=invoice, amount=Decimal(4))
    page = verb(invoice, "mark-invoice-paid")
    boxes = {"gateway_id": gateway.pk, "transaction_id": "wire 7"}
    assert client.post(page, boxes).status_code == 302
    payment = InvoiceTransaction.objects.latest("pk")
    assert (payment.amount, payment.gateway_id, payment.transaction_id) == (
        Decimal(6),
        gateway.pk,
        "wire 7",
    )
    assert status_of(invoice) == "paid"
    assert client.post(page, {}).status_code == 302  # it is not possible any more
    assert InvoiceTransaction.objects.filter(invoice=invoice).count() == 2


def test_marking_twice_at_once_pays_once() -> None:
    """As the second of two clicks finds it."""
    invoice = due()
    pay_remaining(invoice, actor=SYSTEM)
    with pytest.raises(Refused):
        pay_remaining(invoice, actor=SYSTEM)
    assert [row.amount for row in invoice.transactions.all()] == [Decimal(10)]


def test_paying_needs_the_permission_of_payments() -> None:
    client, invoice = signed_in(*EVERY[:1]), due()
    for name in ("mark-invoice-paid", "add-payment", "refund-invoice"):
        assert client.post(verb(invoice, name), {"amount": "10"}).status_code == 403
    assert status_of(invoice) == "pending"


def test_a_payment_of_a_part_leaves_it_open() -> None:
    client, invoice = signed_in(*PAYS), due()
    page = client.get(verb(invoice, "add-payment")).content.decode()
    assert 'value="10.00"' in page
    assert client.post(verb(invoice, "add-payment"), {"amount": "4"}).status_code == 302
    assert status_of(invoice) == "pending"
    assert invoice.transactions.get().amount == Decimal(4)


def test_a_refund_to_the_balance() -> None:
    client = signed_in("admin.invoices.viewAny", "admin.invoice_transactions.update")
    invoice = due(status="paid")
    boxes = {"amount": "4.00", "method": "credit", "reason": "It was slow"}
    assert client.post(verb(invoice, "refund-invoice"), boxes).status_code == 302
    refund = Refund.objects.get(invoice_id=invoice.pk)
    assert (refund.status, refund.amount, refund.reason) == (
        "succeeded",
        Decimal(4),
        "It was slow",
    )
    assert Credit.objects.get(user=invoice.user).amount == Decimal(4)
    page = client.get(change(invoice)).content.decode()
    assert "4.00 USD" in page
    assert "It was slow" in page


def test_a_refund_that_is_too_much_is_refused_in_its_box() -> None:
    client = signed_in("admin.invoices.viewAny", "admin.invoice_transactions.update")
    invoice = due(status="paid")
    answer = client.post(verb(invoice, "refund-invoice"), {"amount": "40.00", "method": "credit"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "amount": ["The amount must not be greater than 10.00: that is what can still be refunded."]
    }
    assert not Refund.objects.exists()


def test_a_credit_note() -> None:
    client, invoice = signed_in(*EVERY), due(status="paid")
    boxes = {"amount": "3.00", "reason": "A discount"}
    assert client.post(verb(invoice, "credit-invoice"), boxes).status_code == 302
    note = CreditNote.objects.get(invoice_id=invoice.pk)
    assert (note.amount, note.reason) == (Decimal(3), "A discount")
    assert note.number in client.get(change(invoice)).content.decode()


@pytest.fixture
def mailing() -> Iterator[None]:
    Setting.objects.update_or_create(key="mail_disable", defaults={"value": "0", "type": "boolean"})
    options.forget()
    texts = {"subject": "Invoice", "in_app_enabled": "never", "body": "Hello"}
    NotificationTemplate.objects.create(key="new_invoice_created", **texts)
    yield
    options.forget()


def test_no_mail_again_while_mails_are_off() -> None:
    client, invoice = signed_in(*EVERY), due()
    answer = client.post(verb(invoice, "resend-invoice"))
    assert answer.context["form"].non_field_errors() == ["Mails are switched off in the settings."]


def test_the_mail_again(mailing: None) -> None:
    client, invoice = signed_in(*EVERY), due()
    assert client.post(verb(invoice, "resend-invoice")).status_code == 302
    assert EmailLog.objects.get().to == invoice.user.email
    assert Audit.objects.get(event="resend").auditable_id == invoice.pk


@pytest.mark.parametrize(("switch", "mails"), [({}, 0), ({"send_email": "on"}, 1)])
def test_a_new_invoice_is_mailed_where_the_switch_is_on(
    switch: dict[str, str], mails: int, mailing: None
) -> None:
    client, user = signed_in(*EVERY), UserFactory()
    InvoiceFactory()  # the currency
    lines = rows("items", {"description": "Set-up", "quantity": "1", "price": "5"})
    answer = client.post(f"{PAGES}add/", filled(user_id=user.pk) | switch | lines)
    assert answer.status_code == 302, errors_of(answer)
    work_off()
    assert EmailLog.objects.filter(to=user.email).count() == mails


# -- one's own ------------------------------------------------------------------------------------

ALL_BUT_EVERYTHING = tuple(name for name in STAFF if name != "*")
OWN = "You cannot do this for yourself: ask a colleague."


def test_staff_do_not_pay_themselves() -> None:
    client = signed_in(*ALL_BUT_EVERYTHING)
    invoice = due(user_id=staff_of(client))
    for name in ("mark-invoice-paid", "add-payment"):
        answer = client.post(verb(invoice, name), {"amount": "10"})
        assert answer.context["form"].non_field_errors() == [OWN]
    payment = rows("paymentinline", {"amount": "10", "status": "succeeded"})
    answer = client.post(change(invoice), stored(invoice) | rows("items") | payment)
    assert errors_of(answer) == {"__all__": [OWN]}
    answer = client.post(change(invoice), stored(invoice) | {"status": "paid"} | NO_ROWS)
    assert errors_of(answer) == {"__all__": [OWN]}
    assert status_of(invoice) == "pending"
    assert not InvoiceTransaction.objects.exists()


def test_nor_do_they_refund_or_credit_themselves() -> None:
    client = signed_in(*ALL_BUT_EVERYTHING)
    invoice = due(user_id=staff_of(client), status="paid")
    boxes = {"amount": "1.00", "method": "credit"}
    for name in ("refund-invoice", "credit-invoice"):
        answer = client.post(verb(invoice, name), boxes)
        assert answer.context["form"].non_field_errors() == [OWN]
    assert not Refund.objects.exists()
    assert not CreditNote.objects.exists()


def test_but_who_may_everything_may() -> None:
    client = signed_in("*")
    invoice = due(user_id=staff_of(client))
    assert client.post(verb(invoice, "mark-invoice-paid"), {}).status_code == 302
    assert status_of(invoice) == "paid"


NO_ROWS = rows("items") | rows("paymentinline")


# -- how it looks ---------------------------------------------------------------------------------


def test_lines_of_a_paid_invoice_are_only_looked_at() -> None:
    client, invoice = signed_in(*EVERY), due(status="paid")
    page = client.get(change(invoice))
    (lines, *_) = page.context["inline_admin_formsets"]
    assert not lines.has_change_permission
    assert not lines.has_add_permission
    assert "its lines stay as they are" in page.content.decode()


def test_the_list_shows_what_is_open(django_assert_max_num_queries: Any) -> None:
    client = signed_in(*EVERY)
    for _ in range(3):
        InvoiceTransactionFactory(invoice=due(), amount=Decimal(4))
    due(status="paid")
    with django_assert_max_num_queries(20):
        page = client.get(PAGES).content.decode()
    assert page.count("10.00 USD") == 4
    assert page.count("6.00 USD") == 3


def test_overdue_ones() -> None:
    client = signed_in(*EVERY)
    late, _ = InvoiceFactory(overdue=True), InvoiceFactory(overdue=True, status="paid")
    InvoiceFactory()
    found = client.get(f"{PAGES}?overdue=yes").context["cl"].queryset
    assert [each.pk for each in found] == [late.pk]


def test_a_page_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    client = signed_in("*")
    service = ServiceFactory()
    line = {
        "price": Decimal(5),
        "reference_type": class_name(service),
        "reference_id": service.pk,
    }
    invoice = InvoiceFactory(user=service.user, status="paid", items=[line] * 5)
    InvoiceTransactionFactory(invoice=invoice, gateway=GatewayFactory())
    client.post(verb(invoice, "refund-invoice"), {"amount": "1.00", "method": "credit"})
    client.get(change(invoice))
    with django_assert_max_num_queries(20):
        assert client.get(change(invoice)).status_code == 200
