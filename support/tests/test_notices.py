"""Answers in tickets, told as Paymenter told them on the recorded data."""

import json

import pytest

from accounts.models import Notification
from paymenter.tests.recordings import COMPAT
from support.actions.notices import ticket_answered
from support.models import Ticket, TicketMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]

CASES = [
    pytest.param(case["db"], id=case["id"])
    for case in json.loads((COMPAT / "api" / "write-ticket-messages.json").read_text())["cases"]
    if case["response"]["status"] == 201
]


@pytest.mark.parametrize("rows", CASES)
def test_answer_is_told_as_recorded(rows):
    [written] = rows["ticket_messages"]["inserted"]
    given = {name: written[name] for name in ("ticket_id", "user_id", "message")}
    ticket_answered(TicketMessage.objects.create(**given))
    names = ("user_id", "title", "body", "url", "read_at", "show_in_app", "show_as_push")
    want = rows.get("notifications", {}).get("inserted", [])
    assert list(Notification.objects.values(*names)) == [
        {name: bool(row[name]) if "show" in name else row[name] for name in names} for row in want
    ]


def test_message_of_the_owner_tells_nobody():
    ticket = Ticket.objects.get(pk=10)
    message = TicketMessage.objects.create(ticket=ticket, user=ticket.user, message="More")
    assert ticket_answered(message) is None
    assert not Notification.objects.exists()
