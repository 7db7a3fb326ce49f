"""What users find behind the bell, as Paymenter stored it."""

import logging
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.actions.notifications import notify
from accounts.models import Notification, NotificationPreference, NotificationTemplate, User
from billing.actions import notices, shown
from billing.models import Currency, Invoice, Order
from paymenter.db.presented import present
from paymenter.laravel.blade import Collection
from paymenter.tests.formats import recorded
from paymenter.tests.rows import load_case
from support.actions.notices import ticket_answered
from support.models import TicketMessage

pytestmark = pytest.mark.django_db

# the text cannot be stored: PHP fails, we leave the row out
REFUSED = "template-pref-19"
HELPERS: dict[str, Any] = {
    "invoiceCreatedNotification": (Invoice, notices.invoice_created),
    "invoicePaidNotification": (Invoice, notices.invoice_paid),
    "orderCreatedNotification": (Order, notices.order_created),
    "ticketMessageNotification": (TicketMessage, ticket_answered),
}
FILE = "templates.json"


def data_of(args: dict[str, Any]) -> dict[str, Any]:
    """The variables of the recorded `notification.send`, which are always these three."""
    assert args["data"].keys() == {"invoice", "items", "total"}
    invoice = Invoice.objects.get(pk=args["data"]["invoice"]["id"])
    total = args["data"]["total"]
    currency = Currency.objects.get(pk=total["currency"])
    return {
        "invoice": present(invoice, shown.CATALOGUE),
        "items": present(Collection(invoice.items.all()), shown.CATALOGUE),
        "total": shown.price(Decimal(total["$price"]), currency),
    }


def stored() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row |= {name: str(row[name]) for name in ("created_at", "updated_at")}
        row |= {name: int(row[name]) for name in ("show_in_app", "show_as_push")}
        row.pop("id")
    return rows


def wanted(case: dict[str, Any]) -> list[dict[str, Any]]:
    rows = case["outcome"]["db"].get("notifications", {}).get("inserted", [])
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@pytest.mark.parametrize("case", recorded("notification.send", file=FILE))
def test_notification_is_stored_as_recorded(case):
    load_case(case)
    args = case["operation"]["args"]
    user = User.objects.get(pk=args["user_id"])
    with time_machine.travel(datetime.fromisoformat(case["now"]), tick=False):
        made = notify(user, args["key"], data=data_of(args))
    assert stored() == wanted(case)
    assert (made is None) == (wanted(case) == [])


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in recorded("notification.helper", file=FILE)
        if case.values[0]["operation"]["args"]["helper"] in HELPERS
    ],
)
def test_notice_is_stored_as_recorded(case):
    load_case(case)
    args = case["operation"]["args"]
    model, notice = HELPERS[args["helper"]]
    with time_machine.travel(datetime.fromisoformat(case["now"]), tick=False):
        notice(model.objects.get(pk=args["arguments"][1]["id"]))
    assert stored() == wanted(case)


@pytest.mark.parametrize("case", recorded("ticket.reply", file=FILE))
def test_ticket_reply_is_told_as_recorded(case):
    load_case(case)
    message = TicketMessage.objects.create(**case["operation"]["args"]["values"])
    with time_machine.travel(datetime.fromisoformat(case["now"]), tick=False):
        ticket_answered(message)
    assert stored() == wanted(case)


@pytest.fixture
def user():
    return User.objects.create(email="ann@example.com", password="x", first_name="Ann")


@pytest.fixture
def template():
    return NotificationTemplate.objects.create(
        key="news", subject="News", body="", in_app_title="News", in_app_body="For {{ $name }}"
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"in_app_body": "{{ $missing }}"},
        {"in_app_title": "@php(evil()) @endphp"},
        {"in_app_title": "{{ str_repeat('t', 256) }}"},
        {"in_app_url": "{{ route('nowhere') }}"},
        {"in_app_body": "{{ str_repeat('ä', 40000) }}"},
    ],
)
def test_template_that_goes_wrong_is_logged_and_left_out(user, template, broken, caplog):
    for name, value in broken.items():
        setattr(template, name, value)
    template.save()
    with caplog.at_level(logging.WARNING):
        assert notify(user, "news", data={"name": "Ann"}) is None
    assert not Notification.objects.exists()
    assert f"Notification news for user {user.pk} left out" in caplog.text


def test_template_that_goes_wrong_keeps_the_writes_around_it(user, template):
    template.in_app_body = "{{ $missing }}"
    template.save()
    user.first_name = "Anna"
    user.save()
    notify(user, "news", data={})
    user.refresh_from_db()
    assert user.first_name == "Anna"


def test_first_preference_counts_where_there_are_two(user, template):
    for wanted_in_app in (False, True):
        NotificationPreference.objects.create(
            user=user, notification_template=template, in_app_enabled=wanted_in_app
        )
    assert notify(user, "news", data={"name": "Ann"}) is None


def test_key_without_template_tells_nobody(user):
    assert notify(user, "nothing", data={}) is None


def test_time_is_now(user, template):
    moment = datetime(2026, 3, 31, 10, 15, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        made = notify(user, "news", data={"name": "Ann"})
    assert made is not None
    assert made.created_at == made.updated_at == moment
    assert made.body == "For Ann"
