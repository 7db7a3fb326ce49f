"""The mail about a new invoice goes out once, when it has items."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django_tasks_db.models import DBTaskResult

from accounts.models import EmailLog, NotificationTemplate
from accounts.tests.carrier import Carrier
from accounts.tests.factories import UserFactory
from billing.actions.invoice_items import create_invoice_item
from billing.actions.invoices import create_invoice, update_invoice
from billing.rules.announcements import next_look
from billing.tests.factories import CurrencyFactory
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.models import Setting
from paymenter.tests.jobs import work_off

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
LINE = {"price": "10.00", "quantity": 1, "description": "Web_space [x](https://evil.example)"}


def after(**given: int) -> datetime:
    return NOON + timedelta(**given)


@pytest.mark.parametrize(
    ("last_item", "now", "expected"),
    [
        (None, NOON, after(minutes=2)),
        (NOON, NOON, after(minutes=2)),
        (NOON, after(minutes=1), after(minutes=2)),
        (NOON, after(minutes=5), after(minutes=5)),
        (None, after(hours=23), after(hours=23, minutes=2)),
        (None, after(days=1), after(days=1, hours=1)),
        (None, after(days=30), None),
        (after(days=40), after(days=41), after(days=41)),
    ],
)
def test_when_to_look(last_item, now, expected):
    assert next_look(created=NOON, last_item=last_item, now=now) == expected


@pytest.fixture
def carrier(monkeypatch):
    return Carrier(monkeypatch)


@pytest.fixture
def given(db):
    CurrencyFactory(code="USD")
    Setting.objects.update_or_create(key="mail_disable", defaults={"value": "0", "type": "boolean"})
    options.forget()
    NotificationTemplate.objects.create(
        key="new_invoice_created",
        subject="Invoice",
        in_app_enabled="never",
        body="@foreach($items as $item)\n- {{ $item->description }}\n@endforeach",
    )
    yield {"user_id": UserFactory().pk, "currency_code": "USD", "status": "pending"}
    options.forget()


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def mails_by(moment: datetime) -> int:
    with at(moment):
        work_off()
    return EmailLog.objects.count()


def test_with_items_at_once(given, carrier):
    with at(NOON):
        create_invoice(actor=SYSTEM, items=[LINE], **given)
        assert not EmailLog.objects.exists()  # nothing is rendered while the counter is held
    assert mails_by(NOON) == 1
    [mail] = carrier.carried
    assert [attachment[0] for attachment in mail.attachments] == ["invoice.pdf"]
    assert mail.attachments[0][1].startswith(b"%PDF")
    assert "Web_space [x](https://evil.example)" in mail.body
    assert "(https://evil.example)" in mail.body
    assert mails_by(after(days=2)) == 1
    assert not DBTaskResult.objects.exists()


def test_two_minutes_after_the_last_item(given, carrier):
    with at(NOON):
        invoice = create_invoice(actor=SYSTEM, **given)
    for minute in (1, 2):
        with at(after(minutes=minute)):
            create_invoice_item(actor=SYSTEM, invoice_id=invoice.pk, **LINE)
    assert mails_by(after(minutes=2)) == 0
    assert mails_by(after(minutes=3, seconds=59)) == 0
    assert mails_by(after(minutes=4)) == 1
    assert mails_by(after(days=2)) == 1
    assert len(carrier.carried) == 1


def test_invoice_without_items_is_not_mailed_and_forgotten_in_the_end(given, carrier):
    with at(NOON):
        create_invoice(actor=SYSTEM, **given)
    assert mails_by(after(hours=1)) == 0
    assert mails_by(after(days=2)) == 0
    assert DBTaskResult.objects.count() == 1
    assert mails_by(after(days=31)) == 0
    assert not DBTaskResult.objects.exists()


def test_invoice_cancelled_meanwhile_is_not_mailed(given, carrier):
    with at(NOON):
        invoice = create_invoice(actor=SYSTEM, **given)
        create_invoice_item(actor=SYSTEM, invoice_id=invoice.pk, **LINE)
        update_invoice(invoice, actor=SYSTEM, status="cancelled")
    assert mails_by(after(minutes=5)) == 0
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize("why", ["mail is off", "nobody asked"])
def test_nobody_is_mailed(given, carrier, why):
    if why == "mail is off":
        Setting.objects.filter(key="mail_disable").update(value="1")
        options.forget()
    create_invoice(actor=SYSTEM, items=[LINE], send_email=why == "mail is off", **given)
    assert not DBTaskResult.objects.exists()
