"""The daily run: twice, broken off, spread over workers, with bad rows, dry."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import EmailLog, Notification, NotificationTemplate
from billing.actions.daily import renewals, runs
from billing.actions.daily.parking import retry_parked
from billing.actions.daily.rehearsals import rehearsal
from billing.actions.daily.runs import begin, figures, run_daily, start_daily
from billing.daily.models import DailyRun, DailySlice, DailyWork, ParkedRow
from billing.models import Invoice, InvoiceTransaction, Product, Service
from billing.tests.factories import (
    CouponFactory,
    CreditFactory,
    InvoiceFactory,
    InvoiceItemFactory,
    InvoiceTransactionFactory,
    PriceFactory,
    ServiceCancellationFactory,
    ServiceFactory,
)
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.models import CronStat, Setting
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)

MOST_STATEMENTS = 11  # of a renewal that is billed


def due(days: int = 3, **columns: Any) -> Service:
    """Ends in so many days."""
    given = {"status": "active", "expires_at": fields.now() + days * DAY, **columns}
    service: Service = ServiceFactory(**given)
    return service


def billed(service: Service, **columns: Any) -> Invoice:
    line = {"reference_type": class_name(service), "reference_id": service.pk, "price": 10}
    invoice: Invoice = InvoiceFactory(user=service.user, items=[line], **columns)
    return invoice


def setting(key: str, value: str | None) -> None:
    Setting.objects.create(key=key, value=value)
    options.forget()


def parked() -> list[tuple[str, int, bool]]:
    return list(ParkedRow.objects.order_by("pk").values_list("step", "failures", "waits"))


def test_second_run_does_nothing_more() -> None:
    due()
    assert figures(run_daily())["invoices_created"] == 1
    again = run_daily()
    assert set(figures(again).values()) == {0}
    assert Invoice.objects.count() == 1
    assert DailyRun.objects.count() == 2


def test_service_that_costs_nothing_moves_one_period_a_day() -> None:
    service = due(-70, price=Decimal(0))
    run_daily()
    run_daily()
    service.refresh_from_db()
    assert (service.status, DailyWork.objects.count()) == ("active", 1)


def test_bad_row_is_parked_and_the_others_go_on() -> None:
    due(product=None)
    good = due()
    for failures in (1, 2, 3):
        DailyWork.objects.all().delete()
        run_daily()
        assert parked() == [("invoices_created", failures, failures == 3)]
    assert ParkedRow.objects.get().error == renewals.NO_PRODUCT
    run_daily()
    assert parked() == [("invoices_created", 3, True)]
    assert Invoice.objects.get().user_id == good.user_id


def test_operator_gets_one_mail_about_what_a_run_parked() -> None:
    setting("mail_disable", "0")
    setting("system_email_address", "ops@example.com")
    due(product=None)
    due(product=None)
    run_daily()
    mail = EmailLog.objects.get(to="ops@example.com")
    assert (mail.subject, mail.user_id) == ("Cron Job Error", None)
    assert mail.body.count(renewals.NO_PRODUCT) == 2
    DailyWork.objects.all().delete()
    ParkedRow.objects.update(waits=True, updated_at=fields.now() - DAY)
    run_daily()
    assert EmailLog.objects.filter(to="ops@example.com").count() == 1


def test_mended_row_is_parked_no_more() -> None:
    service = due()
    plan, service.plan = service.plan, None
    service.save()
    run_daily()
    assert parked() == [("invoices_created", 1, False)]
    service.plan = plan
    service.save()
    run_daily()
    assert (parked(), Invoice.objects.count()) == ([], 1)


def test_period_is_billed_once_unless_staff_confirm() -> None:
    """As after a payment that PHP recorded and did not fulfil."""
    service = due()
    run_daily()
    Invoice.objects.update(status="paid")
    DailyWork.objects.update(day=fields.now().date() - DAY)
    run_daily()
    assert parked() == [("invoices_created", 1, True)]
    assert Invoice.objects.count() == 1
    retry_parked(ParkedRow.objects.get(), actor=SYSTEM)
    run_daily()
    assert (parked(), Invoice.objects.count()) == ([], 2)
    assert service.status == "active"


def test_cancelled_invoice_billed_nothing() -> None:
    due()
    run_daily()
    Invoice.objects.update(status="cancelled")
    DailyWork.objects.update(day=fields.now().date() - DAY)
    run_daily()
    assert (parked(), Invoice.objects.count()) == ([], 2)


def test_more_invoices_than_a_client_may_get_are_parked() -> None:
    setting("cronjob_invoices_per_client", "1")
    first = due()
    due(order=first.order)
    run_daily()
    assert parked() == [("invoices_created", 1, True)]
    assert Invoice.objects.count() == 1


def test_balance_pays_before_anything_is_suspended() -> None:
    service = due(-10)
    CreditFactory(user=service.user, currency=service.currency, amount=10)
    assert figures(run_daily())["services_suspended"] == 0
    service.refresh_from_db()
    assert (service.status, Invoice.objects.get().status) == ("active", "paid")


def test_balance_that_is_too_small_is_left() -> None:
    service = due()
    credit = CreditFactory(user=service.user, currency=service.currency, amount=9)
    run_daily()
    credit.refresh_from_db()
    assert (credit.amount, Invoice.objects.get().status) == (Decimal(9), "pending")


@pytest.mark.parametrize(("age", "status"), [(1, "active"), (15, "suspended")])
def test_payment_under_way_holds_suspension_back(age: int, status: str) -> None:
    service = due(-5)
    payment = InvoiceTransactionFactory(invoice=billed(service), status="processing")
    InvoiceTransaction.objects.filter(pk=payment.pk).update(updated_at=fields.now() - age * DAY)
    run_daily()
    service.refresh_from_db()
    assert service.status == status


def test_cancelled_for_the_end_of_the_period_ends_with_it() -> None:
    over, running = due(0), due(1)
    for service in (over, running):
        ServiceCancellationFactory(service=service, at_end=True)
    counted = figures(run_daily())
    assert (counted["services_terminated"], counted["services_suspended"]) == (1, 0)
    over.refresh_from_db()
    running.refresh_from_db()
    assert (over.status, running.status) == ("cancelled", "active")


def test_stock_comes_back_once() -> None:
    due(-30, status="suspended")
    Product.objects.update(stock=3)
    run_daily()
    run_daily()
    assert Product.objects.get().stock == 4


def test_reminder_goes_out_once_and_not_on_the_first_day() -> None:
    old = InvoiceFactory(due_at=fields.now().date() + DAY)
    Invoice.objects.filter(pk=old.pk).update(created_at=fields.now() - 5 * DAY)
    InvoiceFactory(due_at=fields.now().date() + DAY)
    for expected in (1, 0):
        assert figures(run_daily())["invoices_reminded"] == expected
    assert DailyWork.objects.get(step="invoices_reminded").record_id == old.pk


def overdue() -> Invoice:
    invoice: Invoice = InvoiceFactory(due_at=fields.now().date() + DAY)
    InvoiceItemFactory(invoice=invoice, price=Decimal("12.50"), quantity=2)
    Invoice.objects.filter(pk=invoice.pk).update(created_at=fields.now() - 5 * DAY)
    return invoice


def test_reminder_is_told_without_a_template_of_staffs() -> None:
    invoice = overdue()
    run_daily()
    told = Notification.objects.get(user=invoice.user)
    assert told.title == "An invoice waits to be paid"
    assert "25.00" in told.body
    assert str(told.url).endswith(f"/invoices/{invoice.number or invoice.pk}")
    assert not NotificationTemplate.objects.filter(key="invoice_reminder").exists()


@pytest.mark.parametrize(("enabled", "told"), [(True, ["Pay!"]), (False, [])])
def test_template_of_staffs_rewords_or_silences_reminders(enabled: bool, told: list[str]) -> None:
    texts = {"subject": "s", "body": "b", "in_app_title": "Pay!", "in_app_body": "b"}
    NotificationTemplate.objects.create(key="invoice_reminder", enabled=enabled, **texts)
    overdue()
    run_daily()
    assert list(Notification.objects.values_list("title", flat=True)) == told


def test_zero_days_remind_never() -> None:
    setting("cronjob_invoice_reminder", "0")
    invoice = InvoiceFactory(due_at=fields.now().date() + DAY)
    Invoice.objects.filter(pk=invoice.pk).update(created_at=fields.now() - 5 * DAY)
    assert figures(run_daily())["invoices_reminded"] == 0


@pytest.mark.parametrize("value", ["", None, "none"])
def test_setting_that_is_no_number_means_its_default(value: Any) -> None:
    setting("cronjob_order_terminate", value)
    service = due(-5, status="suspended")
    run_daily()
    service.refresh_from_db()
    assert service.status == "suspended"


def test_coupon_for_two_periods_ends_after_them() -> None:
    service = due(price=Decimal("5.00"))
    PriceFactory(plan=service.plan, currency=service.currency, price=10)
    service.coupon = CouponFactory(type="percentage", recurring=2, value=50)
    service.save()
    billed(service, paid=True)
    run_daily()
    assert newest_price() == 5
    Invoice.objects.update(status="paid")
    Service.objects.update(expires_at=fields.now() + 4 * DAY)
    DailyWork.objects.all().delete()
    run_daily()
    assert newest_price() == 10


def newest_price() -> Decimal:
    item = Invoice.objects.order_by("-pk")[0].items.get()
    return Decimal(item.price)


# Broken off, spread, dry


def test_run_that_was_broken_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        due()
    left = begin()
    monkeypatch.setattr(runs, "finish", lambda run: False)
    run_daily()
    monkeypatch.undo()
    assert CronStat.objects.count() == 0
    run = run_daily()
    assert run == left
    assert figures(run)["invoices_created"] == 3
    assert CronStat.objects.get(key="invoices_created").value == 3


def test_run_of_yesterday_gets_its_figures() -> None:
    yesterday = begin(fields.now() - DAY)
    run_daily()
    yesterday.refresh_from_db()
    assert yesterday.finished_at is not None
    assert sorted(CronStat.objects.filter(key="invoices_created").values_list("date")) == [
        (yesterday.day,),
        (fields.now().date(),),
    ]


def test_slices_do_what_one_process_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.actions.daily.working.CHUNK", 2)
    for _ in range(5):
        due()
    overdue = due(-5, price=Decimal(3))
    run = start_daily()
    assert Invoice.objects.count() == 0
    work_off()
    run.refresh_from_db()
    assert run.finished_at is not None
    assert figures(run)["invoices_created"] == 6
    assert figures(run)["services_suspended"] == 1
    overdue.refresh_from_db()
    assert overdue.status == "suspended"
    assert DailySlice.objects.filter(step="invoices_created").count() == 3
    assert not DailySlice.objects.filter(done_at=None).exists()


def test_slice_that_runs_again_does_nothing() -> None:
    due()
    start_daily()
    work_off()
    runs.work_slice.call(slice_id=DailySlice.objects.get().pk)
    assert Invoice.objects.count() == 1
    assert CronStat.objects.filter(key="invoices_created").count() == 1


def test_dry_run_tells_and_changes_nothing() -> None:
    due()
    paid = due(-10)
    CreditFactory(user=paid.user, currency=paid.currency, amount=10)
    due(product=None)
    told = [(line.step, line.parked) for line in rehearsal()]
    assert told == [
        ("invoices_created", False),
        ("invoices_created", False),
        ("invoices_created", True),
    ]
    assert Invoice.objects.count() == DailyRun.objects.count() == ParkedRow.objects.count() == 0
    assert CronStat.objects.count() == 0


def test_only_a_dry_run_looks_ahead() -> None:
    service = due(20)
    ahead = fields.now() + 15 * DAY
    assert [line.step for line in rehearsal(ahead.date())] == ["invoices_created"]
    with pytest.raises(Refused):
        run_daily(ahead)
    service.refresh_from_db()
    assert Invoice.objects.count() == 0


def test_command_says_what_it_did() -> None:
    due()
    out = StringIO()
    call_command("run_daily", stdout=out)
    assert out.getvalue().splitlines()[:2] == ["Invoices created: 1", "Invoices charged: 0"]
    out = StringIO()
    call_command("run_daily", "--dry-run", "--date", "2020-01-01", stdout=out)
    assert out.getvalue() == ""


def test_command_fails_while_rows_are_parked() -> None:
    due(product=None)
    with pytest.raises(CommandError, match="1 rows are parked"):
        call_command("run_daily", stdout=StringIO())


def test_renewal_takes_few_statements() -> None:
    """However many are due: what a chunk needs of other tables is read once."""
    settled, counts = 0, []
    run_daily()  # what a process remembers for seconds is read
    for more in (2, 12):
        DailyRun.objects.all().delete()
        for _ in range(more):
            due()
        with CaptureQueriesContext(connection) as queries:
            run_daily()
        counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
        settled += more
    assert Invoice.objects.count() == settled
    assert (counts[1] - counts[0]) / 10 <= MOST_STATEMENTS
