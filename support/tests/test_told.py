"""Each write says what happened, with a record that still has its id."""

from typing import Any

import pytest

from accounts.actions.users import create_user, delete_user, update_user
from accounts.models import Notification, NotificationTemplate
from accounts.tests.factories import UserFactory
from billing.actions.invoices import create_invoice, delete_invoice, update_invoice
from billing.actions.orders import create_order
from billing.actions.payments import record_payment
from billing.models import Invoice
from billing.tests.factories import CurrencyFactory, InvoiceFactory
from paymenter.actor import Actor
from paymenter.tests.heard import heard
from support.actions.ticket_messages import create_ticket_message
from support.actions.tickets import create_ticket, update_ticket
from support.models import Ticket
from support.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db

STAFF = Actor(user_id=None, url="http://testserver/admin")
PERSON: dict[str, Any] = {"email": "eva@example.com", "password": "secret-1", "first_name": "Eva"}


@pytest.fixture
def user():
    return UserFactory()


def told(found):
    return [(one.event.name, one.record.pk, dict(one.details)) for one in found]


def test_users():
    with heard() as found:
        user = create_user(actor=STAFF, **PERSON)
        update_user(user, actor=STAFF, first_name="Eve")
        update_user(user, actor=STAFF, first_name="Eve")
        update_user(user, actor=STAFF, email="eve@example.com")
        delete_user(user, actor=STAFF)
    assert [(one.event.name, dict(one.details)) for one in found] == [
        ("user.created", {}),
        ("user.updated", {"email_changed": False}),
        ("user.updated", {"email_changed": True}),
        ("user.deleted", {}),
    ]
    assert {one.actor for one in found} == {STAFF}


@pytest.mark.parametrize(
    ("status", "event"),
    [("cancelled", "invoice.cancelled"), ("paid", "invoice.paid"), ("pending", None)],
)
def test_status_of_an_invoice(status, event):
    invoice = InvoiceFactory()
    with heard() as found:
        update_invoice(invoice, actor=STAFF, status=status)
    assert [one.event.name for one in found if one.event.model == "billing.Invoice"] == (
        [event] if event else []
    )


def test_deleted_invoice_still_has_its_id():
    invoice, ids = InvoiceFactory(), []
    key = invoice.pk

    def note(happened):
        ids.append((happened.event.name, happened.record.pk))

    with heard(note):
        delete_invoice(invoice, actor=STAFF)
    assert ids == [("invoice.deleted", key)]
    assert not Invoice.objects.filter(pk=key).exists()


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("succeeded", "payment.succeeded"),
        ("processing", "payment.processing"),
        ("failed", "payment.failed"),
    ],
)
def test_payments(status, event):
    invoice = InvoiceFactory()
    with heard() as found:
        payment = record_payment(actor=STAFF, invoice_id=invoice.pk, amount=1, status=status)
    assert [(one.event.name, one.record) for one in found][0] == (event, payment)


@pytest.mark.parametrize("send_email", [True, False])
def test_clients_are_told_of_orders_and_invoices_when_asked_for(user, send_email):
    CurrencyFactory(code="USD")
    for key in ("new_order_created", "new_invoice_created"):
        NotificationTemplate.objects.create(key=key, subject="", body="", in_app_title=key)
    given = {"user_id": user.pk, "currency_code": "USD", "send_email": send_email}
    create_order(actor=STAFF, **given)
    create_invoice(actor=STAFF, **given)
    titles = list(Notification.objects.order_by("pk").values_list("title", flat=True))
    assert titles == (["new_order_created", "new_invoice_created"] if send_email else [])


def test_tickets(user):
    with heard() as found:
        values = {"subject": "Help", "user_id": user.pk, "priority": "low", "status": "open"}
        ticket = create_ticket(actor=STAFF, **values)
        update_ticket(ticket, actor=STAFF, subject="Help!")
        update_ticket(ticket, actor=STAFF, status="closed")
        update_ticket(ticket, actor=STAFF, status="closed")
    assert [one.event.name for one in found] == [
        "ticket.created",
        "ticket.updated",
        "ticket.closed",
    ]
    assert Ticket.objects.get().pk == ticket.pk


def test_answer_to_a_ticket(user):
    ticket = TicketFactory()
    with heard() as found:
        message = create_ticket_message(
            actor=STAFF, ticket_id=ticket.pk, user_id=user.pk, message="Yes"
        )
    assert told(found) == [("ticket.replied", message.pk, {})]
