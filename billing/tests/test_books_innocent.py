"""What looks wrong and is not: no check may report it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from billing.actions.explanations import explain
from billing.actions.invoice_items import update_invoice_item
from billing.actions.payments import record_payment
from billing.actions.refunds import create_refund
from billing.actions.wallets import Kind, Wallet, Why
from billing.books import CHECKS
from billing.models import InvoiceItem, InvoiceSnapshot, Service
from billing.rules.explanations import RENEWAL, Explanation, Part
from billing.rules.number_ranges import Ranges
from billing.rules.numbering import Template
from billing.tests.estates import bill, estate, other_plan, ran
from billing.tests.factories import (
    CouponFactory,
    InvoiceFactory,
    InvoiceTransactionFactory,
    ServiceCancellationFactory,
    ServiceFactory,
)
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db.fields import now
from paymenter.models import Setting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Shop = SimpleNamespace


@pytest.fixture
def shop(db: None) -> Shop:
    return estate()


def codes() -> set[str]:
    return {code for code, check in CHECKS.items() if next(check.findings(), None)}


INNOCENT: list[Callable[[Shop], object]] = []


def innocent(make: Callable[[Shop], object]) -> Callable[[Shop], object]:
    INNOCENT.append(make)
    return make


@innocent
def three_times_one_ten(shop: Shop) -> None:
    """As floats that is a little more than 3.30."""
    invoice = InvoiceFactory(number=None, items=[{"price": Decimal("1.10"), "quantity": 3}])
    InvoiceTransactionFactory(invoice=invoice, amount=Decimal("3.29"))


@innocent
def lines_that_staff_corrected(shop: Shop) -> None:
    """In the same second even: the audit tells."""
    item = shop.pending.items.get()
    parts = (Part("Price agreed", item.price),)
    explain(item, Explanation(RENEWAL, "P", "USD", 1, item.price, item.price, parts=parts))
    update_invoice_item(item, actor=SYSTEM, price=Decimal("7.00"))


@innocent
def lines_that_php_repriced(shop: Shop) -> None:
    """Paymenter: CronJob, upgrade_invoices_updated; without audit."""
    item = shop.pending.items.get()
    parts = (Part("Price agreed", item.price),)
    explain(item, Explanation(RENEWAL, "P", "USD", 1, item.price, item.price, parts=parts))
    rows = InvoiceItem.objects.filter(pk=item.pk)
    rows.update(price=Decimal("7.00"), updated_at=now() + timedelta(seconds=1))


@innocent
def failed_payments_count_nothing(shop: Shop) -> None:
    InvoiceTransactionFactory(invoice=shop.paid, failed=True)
    InvoiceTransactionFactory(invoice=shop.pending, processing=True)


@innocent
def ids_of_failed_payments_come_again(shop: Shop) -> None:
    first = shop.paid.transactions.get()
    known = {"transaction_id": first.transaction_id, "gateway": first.gateway}
    InvoiceTransactionFactory(invoice=shop.pending, failed=True, **known)


@innocent
def ids_differ_by_case(shop: Shop) -> None:
    first = shop.paid.transactions.get()
    other = {"transaction_id": first.transaction_id.upper(), "gateway": first.gateway}
    invoice = InvoiceFactory(number=None, items=[{"price": 20}])
    InvoiceTransactionFactory(invoice=invoice, **other)


@innocent
def invoice_being_made(shop: Shop) -> None:
    InvoiceFactory(number=None)


@innocent
def services_that_were_deleted_after_payment(shop: Shop) -> None:
    shop.active.delete()


@innocent
def service_of_staff_before_its_first_bill_is_paid(shop: Shop) -> None:
    """Made active by hand, so the first invoice is that of the daily run."""
    old = {"created_at": now() - 25 * DAY, "expires_at": now() + 5 * DAY}
    service = ServiceFactory(order=None, user=shop.user, currency=shop.price.currency,
                             plan=shop.plan, status="active", **old)  # fmt: skip
    bill(service)


@innocent
def first_period_free_by_coupon(shop: Shop) -> None:
    ServiceFactory(order=shop.order, plan=shop.plan, active=True, coupon=CouponFactory())


@innocent
def cancelled_at_once(shop: Shop) -> None:
    ServiceCancellationFactory(service=shop.active, type="immediate")
    Service.objects.filter(pk=shop.active.pk).update(status="cancelled")


@innocent
def overdue_since_the_last_run(shop: Shop) -> None:
    ran(days_ago=1)
    late = {"expires_at": now() - 2 * DAY - timedelta(hours=1), "updated_at": now() - 9 * DAY}
    Service.objects.filter(pk=shop.active.pk).update(**late)


@innocent
def overdue_while_a_payment_is_in_processing(shop: Shop) -> None:
    InvoiceTransactionFactory(invoice=bill(shop.active), processing=True)
    late = {"expires_at": now() - 6 * DAY, "updated_at": now() - 9 * DAY}
    Service.objects.filter(pk=shop.active.pk).update(**late)


@innocent
def made_overdue_by_hand(shop: Shop) -> None:
    ran()
    Service.objects.filter(pk=shop.active.pk).update(
        expires_at=now() - 6 * DAY, updated_at=now() + timedelta(seconds=5)
    )


@innocent
def periods_that_follow_each_other(shop: Shop) -> None:
    for period in ("(Oct 31, 2026 - Dec 01, 2026)", "(Dec 01, 2026 - Jan 01, 2027)"):
        bill(shop.active, number=None, period=period)


@innocent
def periods_shifted_by_a_late_first_payment(shop: Shop) -> None:
    for period in ("(Nov 30, 2026 - Mar 02, 2027)", "(Mar 01, 2027 - Jun 01, 2027)"):
        bill(shop.active, number=None, period=period)


@innocent
def period_billed_anew_after_cancellation(shop: Shop) -> None:
    period = "(Nov 23, 2026 - Dec 23, 2026)"
    bill(shop.active, number=None, period=period, status="cancelled")
    bill(shop.active, number=None, period=period)


@innocent
def hours_of_a_day(shop: Shop) -> None:
    for _ in range(2):
        bill(shop.active, number=None, period="(Nov 23, 2026 - Nov 23, 2026)")


@innocent
def paid_before_snapshots_were_taken(shop: Shop) -> None:
    first = InvoiceSnapshot.objects.earliest("pk")
    InvoiceFactory(number="INV-4", paid=True, created_at=first.created_at - DAY)
    Setting.objects.filter(key="invoice_number").update(value="4")


@innocent
def free_service_without_price(shop: Shop) -> None:
    plan = other_plan(free=True)
    plan.prices.all().delete()
    ServiceFactory(order=shop.order, plan=plan, price=0, status="active")


@innocent
def discount_line(shop: Shop) -> None:
    InvoiceFactory(number=None, items=[{"price": 10}, {"price": -5}])


@pytest.mark.parametrize("make", INNOCENT, ids=lambda make: make.__name__)
def test_is_no_fault(shop: Shop, make: Callable[[Shop], object]) -> None:
    make(shop)
    assert codes() == set()


@innocent
def credit_moved(shop: Shop) -> None:
    for amount in ("0.10", "0.20", "-0.30"):
        Wallet(shop.user.pk, "USD").move(Decimal(amount), Why(Kind.STAFF, SYSTEM))


@innocent
def taken_back_and_refunded(shop: Shop) -> None:
    for amount in ("0.10", "9.90"):
        create_refund(
            actor=SYSTEM, invoice_id=shop.paid.pk, amount=Decimal(amount), method="credit"
        )


@innocent
def overpaid_and_credited(shop: Shop) -> None:
    record_payment(actor=SYSTEM, invoice_id=shop.paid.pk, amount=Decimal(7))


# Numbers

MISSING = [
    ("{number}", 5, ["1", "2", "4", "5"], ["3"]),
    ("{number}", 7, ["3", "4"], ["5 to 7 (3 numbers)"]),
    ("INV-{number}", 3, ["1", "2", "INV-3"], []),
    ("R{number}", 6, ["INV-2", "R1", "R3", "R6"], ["R4 to R5 (2 numbers)"]),
    ("{year}-{number}", 4, ["2025-1", "2025-2", "2026-3", "2026-4"], []),
    ("{year}-{number}", 5, ["2025-1", "2025-2", "2026-4", "2026-5"], ["2026-3"]),
    ("{year}-{number}", 2, ["2025-8", "2025-9", "2026-1", "2026-2"], []),
    ("{month}/{number}", 4, ["11/1", "12/2", "01/3", "01/4"], []),
    ("{number}{year}", 12, ["112026", "122026"], []),
    ("{number}-{number}", 2, ["1-1", "2-2", "3-4"], []),
    ("INV", 9, ["INV"], []),
]  # fmt: skip


def numbering(template: str, counter: int) -> None:
    for key, value in (("invoice_number_format", template), ("invoice_number", str(counter))):
        Setting.objects.create(key=key, value=value, type="string")
    options.forget()


@pytest.mark.parametrize(("template", "counter", "numbers", "missing"), MISSING)
def test_missing_numbers(
    db: None, template: str, counter: int, numbers: list[str], missing: list[str]
) -> None:
    numbering(template, counter)
    for number in numbers:
        InvoiceFactory(number=number)
    assert [finding.says for finding in CHECKS["number-missing"].findings()] == missing


def test_counter_may_restart_each_year(db: None) -> None:
    year = now().year
    numbering("{year}-{number}", 2)
    for number in (f"{year - 1}-9", f"{year}-1", f"{year}-2"):
        InvoiceFactory(number=number)
    assert next(CHECKS["counter-behind"].findings(), None) is None
    Setting.objects.filter(key="invoice_number").update(value=1)
    assert [finding.says for finding in CHECKS["counter-behind"].findings()] == [
        "it is at 1, the last number is 2"
    ]


@pytest.mark.parametrize("numbers", [[3, 1, 2], [1, 3, 2, 2], [5, 9, 7, 8, 6]])
def test_ranges_hold_what_was_added(numbers: list[int]) -> None:
    ranges = Ranges()
    assert [ranges.add(number) for number in numbers].count(True) == len(set(numbers))
    assert (ranges.first, ranges.last) == (min(numbers), max(numbers))
    assert list(ranges.missing(ranges.first, ranges.last)) == []
    assert list(ranges.missing(0, 11)) == [(0, min(numbers) - 1), (max(numbers) + 1, 11)]


def test_template_takes_only_its_own_numbers() -> None:
    template = Template("INV-{year}-{number}")
    assert template.parts("INV-26-7") is None
    assert template.parts("inv-2026-7") is None
    parts = template.parts("INV-2026-0007")
    assert parts
    assert template.shown(parts, padding=4) == "INV-2026-0007"
