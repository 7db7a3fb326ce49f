"""The console's pages of tickets."""

from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from billing.tests.factories import ServiceFactory
from paymenter.models import Setting
from paymenter.tests.console import errors_of, signed_in, staff
from support.models import Ticket, TicketMessage
from support.tests.factories import (
    TicketFactory,
    TicketMailLogFactory,
    TicketMessageAttachmentFactory,
    TicketMessageFactory,
)

pytestmark = pytest.mark.django_db

PAGES = "/admin/support/ticket/"
MAY = ("admin.tickets.viewAny", "admin.tickets.update")


def change(ticket: Ticket) -> str:
    return f"{PAGES}{ticket.pk}/change/"


def verb(ticket: Ticket, name: str) -> str:
    return f"{PAGES}{ticket.pk}/{name}/"


def person_of(client: Any) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def shown(client: Any, query: str) -> set[int]:
    return {each.pk for each in client.get(f"{PAGES}{query}").context["cl"].result_list}


def test_lists_by_status_open_first() -> None:
    client = signed_in(*MAY)
    open, replied, closed = TicketFactory(), TicketFactory(replied=True), TicketFactory(closed=True)
    assert shown(client, "") == {open.pk}
    assert shown(client, "?status__exact=replied") == {replied.pk}
    assert shown(client, "?q=") == {open.pk, replied.pk, closed.pk}


def test_assigned_means_the_assignee() -> None:
    client, other = signed_in(*MAY), staff("*")
    mine = TicketFactory(assignee=person_of(client))
    his, nobodys = TicketFactory(assignee=other), TicketFactory(user=other)
    assert shown(client, "?assigned=me") == {mine.pk}
    assert shown(client, f"?assigned={other.pk}") == {his.pk}
    assert shown(client, "?assigned=nobody") == {nobodys.pk}


def test_unknown_priorities_are_shown() -> None:
    client = signed_in(*MAY)
    TicketFactory(priority="normal")
    TicketFactory(priority="urgent", status="waiting")
    assert client.get(f"{PAGES}?q=").status_code == 200


def test_the_conversation() -> None:
    client, ticket = signed_in(*MAY), TicketFactory()
    message = TicketMessageFactory(ticket=ticket, message="It is **slow**.\nSince today.")
    evil = "<script>alert(1)</script> [x](javascript:alert(1))"
    TicketMessageFactory(ticket=ticket, user=person_of(client), message=evil)
    TicketMessageAttachmentFactory(ticket_message=message, filename="trace.txt", filesize=2048)
    mail = TicketMailLogFactory(body="Dear all")
    TicketMessageFactory(ticket=ticket, ticket_mail_log=mail)
    page = client.get(change(ticket)).content.decode()
    assert "It is <strong>slow</strong>." in page
    assert "alert(1)</script>" not in page
    assert "javascript:" not in page.partition('class="conversation"')[2].partition("</article")[0]
    assert "trace.txt" in page
    assert "2.0\xa0KB" in page
    assert "Dear all" in page


def test_an_answer_is_mine_and_turns_the_ticket() -> None:
    client, ticket = signed_in(*MAY), TicketFactory()
    answer = client.post(verb(ticket, "answer-ticket"), {"message": "Try again."})
    assert answer.status_code == 302
    message = TicketMessage.objects.get(ticket=ticket)
    assert (message.message, message.user) == ("Try again.", person_of(client))
    ticket.refresh_from_db()
    assert ticket.status == "replied"


def test_an_answer_that_closes() -> None:
    client, ticket = signed_in(*MAY), TicketFactory()
    client.post(verb(ticket, "answer-ticket"), {"message": "Done.", "close": "1"})
    ticket.refresh_from_db()
    assert ticket.status == "closed"


def test_an_empty_answer_is_refused() -> None:
    client, ticket = signed_in(*MAY), TicketFactory()
    answer = client.post(verb(ticket, "answer-ticket"), {"message": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"message": ["The message field is required."]}
    assert not TicketMessage.objects.exists()


def test_who_only_looks_does_not_answer() -> None:
    client, ticket = signed_in(MAY[0]), TicketFactory()
    TicketMessageFactory(ticket=ticket)
    page = client.get(change(ticket))
    assert "Your answer" not in page.content.decode()
    for name in ("answer-ticket", "take-ticket", "close-ticket"):
        assert client.post(verb(ticket, name), {"message": "x"}).status_code == 403
    assert TicketMessage.objects.count() == 1


def test_taken_closed_and_opened_again() -> None:
    client, ticket = signed_in(*MAY), TicketFactory()
    assert client.post(verb(ticket, "take-ticket")).status_code == 302
    assert client.post(verb(ticket, "close-ticket")).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (person_of(client), "closed")
    assert client.post(verb(ticket, "reopen-ticket")).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_message_is_deleted_by_permission() -> None:
    message = TicketMessageFactory()
    page = f"/admin/support/ticketmessage/{message.pk}/delete/"
    assert signed_in(*MAY).post(page, {"post": "yes"}).status_code == 403
    client = signed_in(*MAY, "admin.ticket_messages.delete")
    assert page in client.get(change(message.ticket)).content.decode()
    answer = client.post(page, {"post": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, change(message.ticket))
    assert not TicketMessage.objects.exists()


def test_a_message_is_corrected() -> None:
    client, message = signed_in(*MAY), TicketMessageFactory()
    page = f"/admin/support/ticketmessage/{message.pk}/change/"
    answer = client.post(page, {"message": "Better words"})
    assert (answer.status_code, answer["Location"]) == (302, change(message.ticket))
    message.refresh_from_db()
    assert message.message == "Better words"


@pytest.fixture
def departments() -> None:
    Setting.objects.update_or_create(
        key="ticket_departments", defaults={"value": '["Support"]', "type": "array"}
    )


def test_a_ticket_for_a_client_with_the_first_message(departments: None) -> None:
    client, service = signed_in(*MAY, "admin.tickets.create"), ServiceFactory()
    body = {
        "user_id": service.user_id,
        "subject": "Your server moves",
        "message": "On Monday.",
        "priority": "high",
        "assigned_to": person_of(client).pk,
        "service_id": service.pk,
    }
    answer = client.post(f"{PAGES}add/", body)
    assert answer.status_code == 302, errors_of(answer)
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status, ticket.priority, ticket.service) == (
        "Your server moves",
        "replied",
        "high",
        service,
    )
    assert ticket.assignee == person_of(client)
    assert [(m.user, m.message) for m in ticket.messages.all()] == [
        (person_of(client), "On Monday.")
    ]


def test_only_staff_are_assigned_and_only_own_services_named() -> None:
    client = signed_in(*MAY, "admin.tickets.create")
    body = {
        "user_id": UserFactory().pk,
        "subject": "Help",
        "priority": "low",
        "assigned_to": UserFactory().pk,
        "service_id": ServiceFactory().pk,
    }
    assert errors_of(client.post(f"{PAGES}add/", body)) == {
        "assigned_to": ["The assigned to must be a member of staff."],
        "service_id": ["The service id must be one of the client's own."],
    }
    assert not Ticket.objects.exists()


def test_few_queries(django_assert_max_num_queries: Any) -> None:
    client, ticket = signed_in("*"), TicketFactory(service=ServiceFactory())
    for _ in range(5):
        TicketMessageAttachmentFactory(ticket_message=TicketMessageFactory(ticket=ticket))
        TicketFactory(user=ticket.user)
    with django_assert_max_num_queries(20):
        assert client.get(PAGES).status_code == 200
    client.get(change(ticket))
    with django_assert_max_num_queries(20):
        assert client.get(change(ticket)).status_code == 200
