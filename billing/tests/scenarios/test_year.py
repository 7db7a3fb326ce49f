"""Lives of clients, told night by night; the books agree after each of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from billing.actions.cancellations import create_cancellation
from billing.actions.checkout import place_order
from billing.actions.credits import pay_with_credit
from billing.actions.explanations import explanation_of
from billing.actions.lines import Wanted
from billing.actions.payments import record_payment
from billing.actions.services import suspend_service
from billing.actions.wallets import Kind, Wallet, Why
from billing.models import Credit, Product, Service, ServiceCancellation
from billing.tests.factories import CouponFactory, PriceFactory, TaxRateFactory
from billing.tests.scenarios.orders import order
from billing.tests.scenarios.stage import Stage, stage
from paymenter.actor import SYSTEM
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def begin() -> Iterator[Any]:
    """Opens the stage, which closes with the test."""
    with ExitStack() as stack:
        yield lambda *day, **settings: stack.enter_context(stage(*day, **settings))


def monthly(price: str = "10.00", **columns: Any) -> Any:
    return PriceFactory(price=Decimal(price), plan__priceable__stock=5, **columns).plan


def test_a_client_who_pays_for_a_year(begin: Any) -> None:
    """Subscribes, pays each month on the day the invoice comes, and leaves at the end."""
    scene: Stage = begin(2027, 3, 10)
    service, invoice = order(UserFactory(), monthly())
    assert scene.state(service) == "pending"
    scene.pay(invoice)
    assert scene.state(service) == "active 2027-04-10"
    for _ in range(11):
        while scene.last_invoice(service).status == "paid":
            scene.night()
        scene.pay(scene.last_invoice(service))
    assert scene.state(service) == "active 2028-03-10"
    assert scene.invoices(service) == [
        "INV-1 03-17 10.00 paid",
        *(f"INV-{n} {n + 2:02}-10 10.00 paid" for n in range(2, 11)),
        "INV-11 01-10 10.00 paid",
        "INV-12 02-10 10.00 paid",
    ]
    leave(service, "end_of_period")
    scene.until(2028, 3, 9)
    assert scene.state(service) == "active 2028-03-10"
    scene.nights(2)
    assert scene.state(service) == "cancelled 2028-03-10"
    assert len(scene.invoices(service)) == 12
    assert stock(service) == 5


def test_a_client_who_fails_to_pay_and_pays_late(begin: Any) -> None:
    """Suspended on the second day, back for a full month once he pays; terminated in the end."""
    scene: Stage = begin(2028, 1, 20)
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    scene.until(2028, 2, 21)
    assert scene.state(service) == "active 2028-02-20"
    scene.nights(2)
    assert scene.state(service) == "suspended 2028-02-20"
    scene.until(2028, 2, 28)
    scene.pay(scene.last_invoice(service))
    assert scene.state(service) == "active 2028-03-28"
    scene.until(2028, 4, 10)
    assert scene.state(service) == "suspended 2028-03-28"
    scene.nights(3)
    assert scene.state(service) == "cancelled 2028-03-28"
    assert scene.invoices(service) == [
        "INV-1 01-27 10.00 paid",
        "INV-2 02-20 10.00 paid",
        "INV-3 03-28 10.00 cancelled",
    ]
    assert stock(service) == 5


def test_an_order_that_nobody_pays_and_money_that_comes_after_it(begin: Any) -> None:
    """Cancelled after a week; what arrives then brings the service back, stock and all."""
    scene: Stage = begin(2027, 10, 1)
    service, invoice = order(UserFactory(), monthly())
    scene.nights(8)
    assert (scene.state(service), stock(service)) == ("cancelled", 5)
    scene.pay(invoice)
    assert (scene.state(service), stock(service)) == ("active 2027-11-09", 4)


def test_a_client_who_pays_by_credit(begin: Any) -> None:
    """The balance renews the service by itself as long as it covers the whole invoice."""
    scene: Stage = begin(2027, 1, 5)
    user = UserFactory()
    Wallet(user.pk, "USD").move(Decimal(25), Why(Kind.STAFF, SYSTEM))
    service, invoice = order(user, monthly())
    assert pay_with_credit(invoice, actor=SYSTEM)
    scene.until(2027, 3, 8)
    assert scene.state(service) == "suspended 2027-03-05"
    assert Credit.objects.get(user=user).amount == 5
    scene.pay(scene.last_invoice(service), "12.00")
    assert scene.state(service) == "active 2027-04-08"
    assert Credit.objects.get(user=user).amount == 7


def test_a_client_who_leaves_at_once(begin: Any) -> None:
    scene: Stage = begin(2027, 6, 15)
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    scene.until(2027, 7, 9)
    assert scene.last_invoice(service).status == "pending"
    leave(service, "immediate")
    scene.night()
    assert scene.state(service) == "cancelled 2027-07-15"
    assert scene.invoices(service)[1:] == ["INV-2 07-15 10.00 cancelled"]


@pytest.mark.parametrize(
    ("month_end", "ends"),
    [("overflow", ["03-02", "04-02", "05-02"]), ("clamp", ["02-29", "03-31", "04-30"])],
)
def test_a_service_of_the_last_day_of_january(begin: Any, month_end: str, ends: list[str]) -> None:
    """ADR: the setting `billing_month_end`. 2028 has a leap day."""
    scene: Stage = begin(2028, 1, 31, billing_month_end=month_end)
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    assert scene.state(service)[-5:] == ends[0]
    for end in ends[1:]:
        while scene.last_invoice(service).status == "paid":
            scene.night()
        scene.pay(scene.last_invoice(service))
        assert scene.state(service)[-5:] == end


@pytest.mark.parametrize(
    ("started", "unit", "count", "ends"),
    [
        ((2027, 12, 31), "month", 1, "01-31 02-29 03-31 04-30"),
        ((2027, 8, 31), "month", 3, "11-30 02-29"),
    ],
)
def test_month_ends_are_remembered(
    begin: Any, started: tuple[int, int, int], unit: str, count: int, ends: str
) -> None:
    scene: Stage = begin(*started, billing_month_end="clamp")
    plan = monthly(plan__billing_unit=unit, plan__billing_period=count)
    service, invoice = order(UserFactory(), plan)
    scene.pay(invoice)
    found = [scene.state(service)[-5:]]
    while len(found) < len(ends.split()):
        while scene.last_invoice(service).status == "paid":
            scene.night()
        scene.pay(scene.last_invoice(service))
        found.append(scene.state(service)[-5:])
    assert found == ends.split()


def test_who_comes_back_after_a_suspension_gets_another_day(begin: Any) -> None:
    """A period that begins anew is remembered by its own day."""
    scene: Stage = begin(2027, 1, 31, billing_month_end="clamp")
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    scene.until(2027, 3, 5)
    assert scene.state(service) == "suspended 2027-02-28"
    scene.pay(scene.last_invoice(service))
    assert scene.state(service) == "active 2027-04-05"


@pytest.mark.parametrize(
    ("zone", "month"), [("Europe/Berlin", 3), ("America/New_York", 10), ("Australia/Lord_Howe", 9)]
)
def test_a_week_is_a_week_when_clocks_are_changed(begin: Any, zone: str, month: int) -> None:
    scene: Stage = begin(2027, month, 1, timezone=zone)
    service, invoice = order(UserFactory(), monthly(plan__billing_unit="week"))
    scene.pay(invoice)
    for _ in range(7):
        scene.nights(7)
        if scene.last_invoice(service).status == "pending":
            scene.pay(scene.last_invoice(service))
    starts = [row.due_at for row in service.invoices.all().order_by("pk")][1:]
    assert len(starts) >= 7
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(days=7)}


def leave(service: Service, kind: str) -> ServiceCancellation:
    return create_cancellation(actor=SYSTEM, service_id=service.pk, type=kind, reason="Moving away")


def stock(service: Service) -> int | None:
    return Product.objects.get(services=service).stock


def test_a_coupon_for_three_periods_that_cost_nothing(begin: Any) -> None:
    """Free periods count: the fourth is billed, and each line tells why."""
    scene: Stage = begin(2027, 1, 5)
    coupon = CouponFactory(code="FREE", value=Decimal(100), recurring=3)
    plan = monthly()
    wanted = [Wanted(plan.priceable, plan, 1)]
    placed = place_order(
        wanted, user=UserFactory(), currency_code="USD", actor=SYSTEM, coupon=coupon
    )
    (service,) = placed.services
    assert (scene.state(service), placed.invoice) == ("active 2027-02-05", None)
    scene.until(2027, 4, 4)
    assert scene.state(service) == "active 2027-04-05"
    assert scene.invoices(service) == ["INV-1 04-05 10.00 pending"]
    scene.pay(scene.last_invoice(service))
    item = scene.last_invoice(service).items.get()
    assert explanation_of(item)["words"] == [
        f"Renewal: {plan.priceable.name}, plan Monthly, from 5 April 2027 to 5 May 2027.",
        "Monthly: 10.00 USD.",
        "One unit costs 10.00 USD.",
    ]


def test_lines_of_renewals_are_explained(begin: Any) -> None:
    """With the tax that lies within; the second calculator agrees (Stage.check)."""
    scene: Stage = begin(2027, 1, 5, tax_enabled="1")
    TaxRateFactory(name="VAT", rate=Decimal(21), country="all")
    user = UserFactory()
    service, invoice = order(user, monthly(), quantity=2)
    scene.pay(invoice)
    scene.until(2027, 2, 1)
    renewal = scene.last_invoice(service).items.get()
    assert explanation_of(renewal)["words"][1:] == [
        "Price agreed for the service: 10.00 USD.",
        "VAT of 21 % is included.",
        "One unit costs 10.00 USD, 2 units cost 20.00 USD.",
    ]


def test_paid_days_survive_a_suspension(begin: Any) -> None:
    """ADR 25; seed 3 of the simulator."""
    scene: Stage = begin(2027, 6, 1)
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    scene.until(2027, 6, 25)
    suspend_service(service, actor=SYSTEM)
    work_off()
    scene.pay(scene.last_invoice(service))
    assert scene.state(service) == "active 2027-08-01"


def test_a_part_that_arrives_after_the_run_is_no_fault(begin: Any) -> None:
    """Seed 1 of the simulator: it held the suspension back until the next run."""
    scene: Stage = begin(2027, 6, 1)
    service, invoice = order(UserFactory(), monthly())
    scene.pay(invoice)
    scene.until(2027, 7, 1)
    told: dict[str, Any] = {"invoice_id": scene.last_invoice(service).pk, "transaction_id": "slow"}
    record_payment(actor=SYSTEM, **told, amount=Decimal("0.01"), status="processing")
    scene.until(2027, 7, 5)
    record_payment(actor=SYSTEM, **told, amount=Decimal("0.01"))
    scene.check()
    scene.night()
    assert scene.state(service) == "suspended 2027-07-01"
