"""A payment stands whatever follows from it, and what it is for is given once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from accounts.models import Notification
from billing.actions import fulfilments, numbers, settlements
from billing.actions.fulfilments import fulfil, retry_fulfilment
from billing.actions.invoice_items import update_invoice_item
from billing.actions.invoices import cancel_invoice, update_invoice
from billing.actions.payments import record_fee, record_payment
from billing.corrections.models import CreditNote
from billing.fulfilments.models import Fulfilment
from billing.models import (
    Credit,
    Invoice,
    InvoiceSnapshot,
    InvoiceTransaction,
    Product,
    Service,
    ServiceUpgrade,
)
from billing.tests.api import key, nothing_changed, refused, send
from billing.tests.factories import (
    CreditFactory,
    GatewayFactory,
    InvoiceFactory,
    InvoiceItemFactory,
    InvoiceSnapshotFactory,
    InvoiceTransactionFactory,
    ProductFactory,
    ServiceFactory,
    ServiceUpgradeFactory,
)
from billing.wallets.models import CreditMovement
from paymenter import events, options
from paymenter.actor import SYSTEM
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.models import Setting
from paymenter.tests.heard import heard
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

TEN = Decimal(10)
DEPOSIT = {"price": TEN, "reference_type": "App\\Models\\Credit"}


def for_service(service: Service, price: Decimal = TEN) -> dict[str, Any]:
    kind = class_name(Service)
    return {"price": price, "reference_type": kind, "reference_id": service.pk}


def bill(*items: dict[str, Any], **columns: Any) -> Invoice:
    invoice: Invoice = InvoiceFactory(items=list(items), **columns)
    return invoice


def pay(invoice: Invoice, amount: Decimal = TEN, **more: Any) -> InvoiceTransaction:
    return record_payment(actor=SYSTEM, invoice_id=invoice.pk, amount=amount, **more)


def set_status(invoice: Invoice, status: str) -> None:
    update_invoice(Invoice.objects.get(pk=invoice.pk), actor=SYSTEM, status=status)


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("out of order")


def balance() -> Any:
    return Credit.objects.get().amount


def states() -> list[str]:
    return list(Fulfilment.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("module", "name"),
    [(settlements, "take_snapshot"), (settlements, "next_invoice_number"), (fulfilments, "Wallet")],
)
def test_what_follows_cannot_undo_a_payment(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    invoice = bill(DEPOSIT, number=None)
    monkeypatch.setattr(module, name, broken)
    payment = pay(invoice, transaction_id="pi_1")
    assert InvoiceTransaction.objects.get() == payment
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_listener_that_fails_undoes_nothing() -> None:
    invoice = bill(DEPOSIT)
    with heard(broken):
        pay(invoice)
    invoice.refresh_from_db()
    assert (invoice.status, balance()) == ("paid", 10)


def test_failure_is_kept_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = bill(DEPOSIT)
    with monkeypatch.context() as patch, heard() as told:
        patch.setattr(fulfilments, "Wallet", broken)
        pay(invoice)
        assert not fulfil(invoice.pk, actor=SYSTEM)
    row = Fulfilment.objects.get()
    assert (row.status, row.attempts, row.error) == ("failed", 2, "out of order")
    assert [h.event for h in told].count(events.INVOICE_NOT_FULFILLED) == 1
    assert not Credit.objects.exists()
    fulfilments.fulfil_invoice.func(invoice_id=invoice.pk)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == ("done", 3, None)
    assert Credit.objects.get().amount == 10


def later(seconds: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_job_is_enqueued_with_the_payment_and_does_nothing_more() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice)
    with later(120):
        work_off()
    assert Credit.objects.get().amount == 10
    assert CreditMovement.objects.count() == 1


def test_crash_after_the_payment_is_made_good_by_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = bill(DEPOSIT)
    with monkeypatch.context() as patch:
        patch.setattr("billing.actions.payments.fulfil", lambda *_, **__: None)
        pay(invoice)
    assert (states(), Credit.objects.count()) == (["pending"], 0)
    with later(120):
        work_off()
    assert (states(), balance()) == (["done"], 10)


def test_one_item_that_fails_does_not_hold_up_the_others() -> None:
    service = ServiceFactory()
    Service.objects.filter(pk=service.pk).update(plan=None)
    invoice = bill(for_service(service), DEPOSIT)
    with nothing_changed_of(service):
        pay(invoice, Decimal(20))
    assert states() == ["failed", "done"]
    assert Credit.objects.get().amount == 10


class nothing_changed_of:  # noqa: N801 (reads as a statement)
    def __init__(self, record: Any) -> None:
        self.rows = type(record).objects.filter(pk=record.pk)

    def __enter__(self) -> None:
        self.before = self.rows.values().get()

    def __exit__(self, *_: object) -> None:
        assert self.rows.values().get() == self.before


def test_paid_opened_and_paid_again_gives_once() -> None:
    service = ServiceFactory(active=True)
    invoice = bill(for_service(service), DEPOSIT)
    pay(invoice, Decimal(20))
    before = Service.objects.get(pk=service.pk).expires_at
    for status in ("pending", "paid", "cancelled", "paid"):
        set_status(invoice, status)
    assert Service.objects.get(pk=service.pk).expires_at == before
    assert Credit.objects.get().amount == 10
    assert states() == ["done", "done"]


def test_item_added_while_open_is_given_when_paid_again() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice)
    set_status(invoice, "pending")
    InvoiceItemFactory(invoice=invoice, **DEPOSIT)
    set_status(invoice, "paid")
    assert Credit.objects.get().amount == 20


def test_mark_that_a_lost_record_left_under_this_id_is_not_this_items() -> None:
    service = ServiceFactory(status="pending")
    invoice = bill(for_service(service))
    item = invoice.items.get()
    before = timezone.now() - timedelta(days=1)
    Fulfilment.objects.create(invoice_item_id=item.pk, invoice_id=99_999, status="done")
    Fulfilment.objects.update(created_at=before)
    pay(invoice)
    service.refresh_from_db()
    assert service.status == "active"
    mark = Fulfilment.objects.get()
    assert (mark.invoice_id, mark.status) == (invoice.pk, "done")


def test_mark_of_a_time_that_a_backup_undid_is_void() -> None:
    """Laravel's tables are those of yesterday again, ours are not."""
    with later(-86_400):
        service = ServiceFactory(active=True)
        invoice = bill(for_service(service))
    saved = {table: table.objects.values().get() for table in (Invoice, Service)}
    paid_until = service.expires_at
    pay(invoice)
    given = Service.objects.get().expires_at
    InvoiceTransaction.objects.all().delete()
    InvoiceSnapshot.objects.all().delete()
    for table, row in saved.items():
        QuerySet(table).update(**row)
    service.refresh_from_db()
    assert service.expires_at == paid_until != given
    pay(invoice)
    assert Service.objects.get().expires_at == given
    assert states() == ["done"]


def test_mark_stays_where_the_clock_or_the_hour_went_back() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice)
    with later(-3_500):
        set_status(invoice, "pending")
    set_status(invoice, "paid")
    assert balance() == 10


def test_mark_stays_with_an_item_that_moves_to_an_older_invoice() -> None:
    with later(-86_400):
        older = bill()
    invoice = bill(DEPOSIT)
    pay(invoice)
    set_status(invoice, "pending")
    item = invoice.items.get()
    update_invoice_item(item, actor=SYSTEM, invoice_id=older.pk)
    pay(older)
    assert (states(), balance()) == (["done"], 10)


def test_date_that_staff_shortened_is_no_reason_to_renew_again() -> None:
    service = ServiceFactory(active=True)
    invoice = bill(for_service(service))
    pay(invoice)
    Service.objects.update(expires_at=timezone.now() - timedelta(days=400))
    with nothing_changed_of(Service.objects.get()):
        for status in ("pending", "paid"):
            set_status(invoice, status)


def test_what_paymenter_gave_is_not_given_again() -> None:
    """By the snapshot, which it takes after that, or by the status that it is taken from."""
    of_snapshot = bill(DEPOSIT)
    InvoiceSnapshotFactory(invoice=of_snapshot)
    pay(of_snapshot)
    of_status = bill(DEPOSIT, status=Invoice.Status.PAID)
    set_status(of_status, "pending")
    set_status(of_status, "paid")
    assert states() == ["outside", "outside"]
    assert not Credit.objects.exists()


# What cannot be given


@pytest.mark.parametrize(
    ("stock", "left", "status", "credit"), [(1, 0, "active", 0), (0, 0, "cancelled", 10)]
)
def test_late_money_for_a_cancelled_service(
    stock: int, left: int, status: str, credit: int
) -> None:
    product = ProductFactory(stock=stock)
    service = ServiceFactory(product=product, status=Service.Status.CANCELLED)
    invoice = bill(for_service(service), user=service.user, cancelled=True)
    with heard() as told:
        pay(invoice)
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    assert Product.objects.get(pk=product.pk).stock == left
    assert Service.objects.get(pk=service.pk).status == status
    assert sum(row.amount for row in Credit.objects.all()) == credit
    missed = [h for h in told if h.event == events.INVOICE_NOT_FULFILLED]
    assert len(missed) == bool(credit)


def test_service_that_is_gone_becomes_credit_with_a_credit_note() -> None:
    gone = {**for_service(ServiceFactory()), "reference_id": 999_999}
    invoice = bill(gone, {"price": Decimal(5)})
    pay(invoice, Decimal(15))
    assert Credit.objects.get().amount == 10
    item = CreditNote.objects.get().items.get()
    assert item.invoice_item_id == invoice.items.earliest("pk").pk
    assert item.amount == 10
    assert CreditMovement.objects.get().kind == "undelivered"
    assert states() == ["undelivered"]


def test_invoice_marked_by_hand_brings_no_credit_for_what_is_gone() -> None:
    gone = {**for_service(ServiceFactory()), "reference_id": 999_999}
    invoice = bill(gone)
    set_status(invoice, "paid")
    assert (states(), Credit.objects.count()) == (["undelivered"], 0)


def test_corrected_invoice_is_not_paid_by_late_money() -> None:
    """Nothing is owed any more: the money is the client's."""
    key()
    invoice = bill(DEPOSIT, cancelled=True)
    send(Client(), "POST", "credit-notes", {"invoice_id": invoice.pk})
    pay(invoice)
    invoice.refresh_from_db()
    assert (invoice.status, balance()) == ("cancelled", 10)
    assert Fulfilment.objects.count() == 0


# Payments


def test_part_payments_add_up_to_the_cent() -> None:
    invoice = bill({"price": Decimal("1.10"), "quantity": 3})
    for amount, status in [("1.10", "pending"), ("2.19", "pending"), ("0.01", "paid")]:
        pay(invoice, Decimal(amount))
        invoice.refresh_from_db()
        assert invoice.status == status
    assert not Credit.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("-Infinity")}, "amount"),
        ({"amount": Decimal("1E+14")}, "amount"),
        ({"amount": TEN, "fee": Decimal("NaN")}, "amount"),
        ({"amount": TEN, "currency_code": "XYZ"}, "currency_code"),
    ],
)
def test_payments_that_cannot_be_are_refused(values: dict[str, Any], field: str) -> None:
    invoice = bill(DEPOSIT)
    with nothing_changed(), pytest.raises(Refused) as caught:
        record_payment(actor=SYSTEM, invoice_id=invoice.pk, **values)
    assert list(caught.value.errors) == [field]


def test_payment_of_a_provider_counts_for_one_invoice() -> None:
    one, other, gateway = bill(DEPOSIT), bill(DEPOSIT), GatewayFactory()
    told = {"transaction_id": "pi_1", "gateway_id": gateway.pk}
    pay(one, **told)
    with pytest.raises(Refused) as caught:
        pay(other, **told)
    assert list(caught.value.errors) == ["transaction_id"]
    pay(other, transaction_id="pi_1")  # by hand: one bank transfer for two invoices
    pay(bill(DEPOSIT), transaction_id="pi_1", gateway_id=GatewayFactory().pk)
    one.transactions.all().delete()
    pay(bill(DEPOSIT), **told)


def test_late_events_never_undo_a_success() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice, transaction_id="pi_1")
    told = Notification.objects.count()
    for status in ("processing", "failed"):
        with nothing_changed():
            pay(invoice, transaction_id="pi_1", status=status)
    assert Notification.objects.count() == told


def test_repeated_event_heals_what_php_left_open() -> None:
    """3 x 1.10 in floats: paid, and pending for ever."""
    invoice = bill({"price": Decimal("1.10"), "quantity": 3})
    payment = InvoiceTransactionFactory(invoice=invoice, amount=Decimal("3.30"))
    told = {"transaction_id": payment.transaction_id, "gateway_id": payment.gateway_id}
    with nothing_changed_of(payment):
        pay(invoice, Decimal("3.30"), **told)
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_money_that_the_provider_took_back_is_recorded() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice)
    pay(invoice, -TEN)
    invoice.refresh_from_db()
    assert (invoice.status, balance()) == ("paid", 10)


def test_overpayment_beyond_what_a_balance_holds_stays_on_the_invoice() -> None:
    invoice = bill(DEPOSIT)
    most = Decimal("9999999999999.99")
    CreditFactory(user=invoice.user, currency=invoice.currency, amount=most)
    pay(invoice, Decimal(15))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.transactions.count()) == ("paid", 1)
    assert Credit.objects.get().amount == most
    assert states() == ["failed"]


def test_service_that_would_end_beyond_the_calendar_waits_for_staff() -> None:
    service = ServiceFactory(active=True)
    Service.objects.filter(pk=service.pk).update(expires_at=datetime(9999, 12, 30, tzinfo=UTC))
    invoice = bill(for_service(service))
    with nothing_changed_of(service):
        pay(invoice)
    assert states() == ["failed"]


def test_fee_told_later() -> None:
    invoice = bill(DEPOSIT)
    pay(invoice, transaction_id="pi_1")
    assert record_fee("pi_1", Decimal("0.305"), actor=SYSTEM).fee == Decimal("0.31")
    with pytest.raises(InvoiceTransaction.DoesNotExist):
        record_fee("pi_2", TEN, actor=SYSTEM)


def test_number_without_a_counter_of_its_own_is_refused_not_searched_for_ever() -> None:
    Setting.objects.create(key="invoice_number_format", value="A", type="string")
    options.forget()
    InvoiceFactory(number="A")
    with pytest.raises(Refused, match="has no {number}"):
        numbers.next_invoice_number(actor=SYSTEM)


# Staff


def test_staff_see_and_try_again_what_failed(client: Client) -> None:
    key()
    service = ServiceFactory()
    plan = service.plan
    Service.objects.filter(pk=service.pk).update(plan=None)
    invoice = bill(for_service(service))
    pay(invoice)
    listed = send(client, "GET", "fulfilments?filter[status]=failed").json()["data"]
    [row] = [entry["attributes"] for entry in listed]
    assert row["invoice_id"] == invoice.pk
    assert "choose another one" in row["error"]
    Service.objects.filter(pk=service.pk).update(plan=plan)
    path = f"fulfilments/{row['invoice_item_id']}/retry"
    answer = send(client, "POST", path, {})
    assert answer.json()["data"]["attributes"]["status"] == "done"
    assert Service.objects.get(pk=service.pk).status == "active"
    assert list(refused(client, "POST", path, {})["errors"]) == ["status"]
    with pytest.raises(Refused):
        retry_fulfilment(Fulfilment.objects.get(), actor=SYSTEM)


def test_an_upgrade_that_was_cancelled_before_it_was_paid_becomes_credit() -> None:
    """Seed 18 of the simulator: it was called done, and the client had nothing."""
    upgrade = ServiceUpgradeFactory()
    kind = {"reference_type": class_name(ServiceUpgrade), "reference_id": upgrade.pk}
    item = InvoiceItemFactory(invoice=upgrade.invoice, price=TEN, **kind)
    ServiceUpgrade.objects.filter(pk=upgrade.pk).update(status="cancelled")
    pay(upgrade.invoice)
    row = Fulfilment.objects.get(pk=item.pk)
    assert (row.status, row.error) == ("undelivered", "The upgrade was cancelled.")
    assert Credit.objects.get(user=upgrade.invoice.user).amount == TEN


def test_cancelling(client: Client) -> None:
    key()
    upgrade = ServiceUpgradeFactory()
    answer = send(client, "POST", f"invoices/{upgrade.invoice_id}/cancel", {})
    assert answer.json()["data"]["attributes"]["status"] == "cancelled"
    upgrade.refresh_from_db()
    assert upgrade.status == "cancelled"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: InvoiceFactory(paid=True), "refund a paid one"),
        (lambda: InvoiceTransactionFactory().invoice, "refund that first"),
        (lambda: InvoiceTransactionFactory(processing=True).invoice, "under way"),
    ],
)
def test_what_has_money_is_not_cancelled(make: Callable[[], Invoice], text: str) -> None:
    invoice = make()
    with nothing_changed(), pytest.raises(Refused, match=text):
        cancel_invoice(invoice, actor=SYSTEM)


def test_payment_that_went_nowhere_holds_back_for_a_while_only() -> None:
    invoice = InvoiceTransactionFactory(processing=True).invoice
    with later(15 * 86_400):
        assert cancel_invoice(invoice, actor=SYSTEM).status == "cancelled"


@pytest.mark.parametrize("body", [{"price": 1}, {"quantity": 2}, {"description": "x"}])
def test_lines_of_a_paid_invoice_stay(client: Client, body: Any) -> None:
    key()
    invoice = InvoiceFactory(paid=True)
    path = f"invoice-items/{invoice.items.get().pk}"
    assert list(refused(client, "PATCH", path, body)["errors"]) == ["price"]
    line = {"invoice_id": invoice.pk, "description": "x", "price": 1, "quantity": 1}
    assert list(refused(client, "POST", "invoice-items", line)["errors"]) == ["invoice_id"]


@pytest.mark.parametrize("field", ["user_id", "currency_code"])
def test_paid_invoice_keeps_whom_it_bills_and_in_what(client: Client, field: str) -> None:
    key()
    invoice, other = InvoiceFactory(paid=True), InvoiceFactory(currency__code="SEK")
    body = {field: getattr(other, field)}
    assert list(refused(client, "PATCH", f"invoices/{invoice.pk}", body)["errors"]) == [field]


def test_payment_of_which_something_went_back_stays(client: Client) -> None:
    """10 of 10 was given back: without the payment more would have gone than came."""
    key()
    invoice = InvoiceFactory(paid=True)
    body = {"invoice_id": invoice.pk, "amount": 10, "method": "credit"}
    assert send(client, "POST", "refunds", body).status_code == 201
    path = f"invoice-transactions/{invoice.transactions.earliest('pk').pk}"
    message = {"message": "A part of this payment went back to the client: it stays as it is."}
    assert refused(client, "DELETE", path) == message
    assert refused(client, "PATCH", path, {"amount": "9.99"}) == message
