"""What the API has beyond the recordings: the text corrected, answers by ticket, attachments."""

import pytest

from accounts.models import Audit, Notification
from accounts.tests.factories import NotificationTemplateFactory, UserFactory
from paymenter.tests.api import get, ids, store_key
from paymenter.tests.calls import attributes, audits, call, refused
from support.models import Ticket, TicketMessage
from support.tests.factories import (
    TicketFactory,
    TicketMessageAttachmentFactory,
    TicketMessageFactory,
)

pytestmark = pytest.mark.django_db

MESSAGES = [f"admin.ticket_messages.{verb}" for verb in ("view", "create", "update")]


@pytest.fixture(autouse=True)
def api_key():
    store_key(*MESSAGES, "admin.tickets.view")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_message_is_corrected(client, method):
    message = TicketMessageFactory(message="Helo", ticket__replied=True)
    body = {"message": "Hello", "user_id": UserFactory().pk, "ticket_id": TicketFactory().pk}
    answer = call(client, method, f"ticket-messages/{message.pk}", body)
    assert attributes(answer)["message"] == "Hello"
    author, ticket = message.user_id, message.ticket_id
    message.refresh_from_db()
    assert (message.user_id, message.ticket_id) == (author, ticket)
    assert Ticket.objects.get(pk=ticket).status == "replied"
    assert audits("TicketMessage") == [("updated", {"message": "Helo"}, {"message": "Hello"})]
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The message field is required."),
        (None, "The message field is required."),
        (["x"], "The message field must be a string."),
        ("x" * 5001, "The message field must not be greater than 5000 characters."),
    ],
)
def test_correction_is_refused(client, text, why):
    message = TicketMessageFactory()
    answer = call(client, "PUT", f"ticket-messages/{message.pk}", {"message": text})
    assert answer.status_code == 422
    assert why in answer.json()["errors"]["message"]
    assert TicketMessage.objects.get().message == message.message
    assert not Audit.objects.exists()


def test_answer_by_ticket_does_what_the_other_address_does(client):
    NotificationTemplateFactory(key="new_ticket_message", in_app_body="Answered")
    ticket, staff = TicketFactory(), UserFactory()
    path = f"tickets/{ticket.pk}/messages"
    body = {"message": "Try again", "user_id": staff.pk, "ticket_id": 99_999}
    answer = call(client, "POST", path + "?include=ticket", body)
    assert attributes(answer, 201)["message"] == "Try again"
    assert answer.json()["included"][0]["id"] == str(ticket.pk)
    message = TicketMessage.objects.get()
    assert (message.ticket, message.user) == (ticket, staff)
    ticket.refresh_from_db()
    assert ticket.status == "replied"
    assert Notification.objects.get().user == ticket.user
    assert [event for event, _, _ in audits("TicketMessage")] == ["created"]


def test_answer_by_ticket_is_refused(client):
    ticket = TicketFactory()
    errors = {
        "message": ["The message field is required."],
        "user_id": ["The user id field is required."],
    }
    assert refused(call(client, "POST", f"tickets/{ticket.pk}/messages", {}), errors)
    for key in ("99999", "x", "1abc"):
        answer = call(client, "POST", f"tickets/{key}/messages", {"message": "x"})
        assert answer.status_code == 404
        text = f"No query results for model [App\\Models\\Ticket] {key}"
        assert answer.json() == {"message": text}
    assert call(client, "GET", f"tickets/{ticket.pk}/messages").status_code == 405
    assert not TicketMessage.objects.exists()
    assert not Audit.objects.exists()


def test_attachments_are_listed_by_message(client):
    one = TicketMessageAttachmentFactory()
    TicketMessageAttachmentFactory()
    message = one.ticket_message_id
    target = f"ticket-attachments?filter[ticket_message_id][eq]={message}&include=ticket_message"
    answer = get(client, target)
    assert ids(answer) == [one.pk]
    assert answer.json()["data"][0]["relationships"] == {
        "ticket_message": {"data": {"type": "ticketMessages", "id": str(message)}}
    }
    assert attributes(get(client, f"ticket-attachments/{one.pk}"))["filename"] == "screen.png"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_attachments_are_only_read(client, method):
    path = "ticket-attachments" if method == "POST" else "ticket-attachments/1"
    assert call(client, method, path, {}).status_code == 405
