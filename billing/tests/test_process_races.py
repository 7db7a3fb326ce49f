"""Eight processes at the same moment, RACE_TRIES times each (`make races`: 200).

Each race has a control: with the lock off, and all past the look before anyone writes, it goes
wrong.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import cache
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import F, QuerySet

from accounts.models import User
from accounts.tests.factories import UserFactory
from billing.actions import checkout, credits, numbers, payments, wallets
from billing.actions.checkout import place_order
from billing.actions.credits import add_credit, use_credit
from billing.actions.daily import renewals, working
from billing.actions.daily.runs import run_daily
from billing.actions.invoices import create_invoice
from billing.actions.lines import Wanted
from billing.actions.payments import record_payment
from billing.books import CHECKS
from billing.daily.models import Charge, DailyRun, DailySlice, DailyWork, ParkedRow
from billing.explanations.models import Explanation
from billing.fulfilments.models import CountedPayment, Fulfilment
from billing.issued_taxes.models import IssuedTax
from billing.models import (
    Coupon,
    Credit,
    Currency,
    Invoice,
    InvoiceItem,
    InvoiceTransaction,
    Plan,
    Product,
    Service,
)
from billing.tests.factories import (
    GatewayFactory,
    InvoiceFactory,
    OrderFactory,
    PriceFactory,
    ServiceFactory,
)
from billing.wallets.models import CreditAccount, CreditMovement
from paymenter.actor import SYSTEM
from paymenter.db import fields, locks
from paymenter.db.prepared import Prepared, Slot
from paymenter.errors import Refused
from paymenter.models import Setting
from paymenter.tests.api import set_option
from paymenter.tests.database import seed
from paymenter.tests.race_processes import barrier, race
from paymenter.tests.races import emptied_tables, on_mariadb

pytestmark = [on_mariadb, pytest.mark.mariadb("needs connections that run side by side")]

MANY, TRIES = 8, int(os.environ.get("RACE_TRIES", "4"))
TEN = Decimal(10)
OWN = (
    *(CountedPayment, CreditAccount, CreditMovement, Fulfilment, Explanation, IssuedTax),
    *(DailyWork, DailySlice, ParkedRow, Charge, DailyRun),
)


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    with emptied_tables():
        for model in OWN:
            model._default_manager.all().delete()
        seed(connection)
        Currency.objects.get_or_create(code="USD", defaults={"name": "USD", "prefix": "$"})
        yield
        for model in OWN:
            model._default_manager.all().delete()


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Barrier:
    """Rows are read without a lock. Whoever has looked waits for the others at the barrier."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all())
    monkeypatch.setattr(locks, "_by_key", cache(locks._by_key.__wrapped__))  # compiled anew
    monkeypatch.setattr(wallets, "_HELD", Prepared(wallets._HELD._query))
    return barrier(MANY)


def meet(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, line: Barrier) -> None:
    """The function looks, then waits until all processes have looked for the first time."""
    look, looks = getattr(module, name), list[None]()

    def look_and_wait(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        looks.append(None)
        if len(looks) == 1:
            line.wait()
        return found

    monkeypatch.setattr(module, name, look_and_wait)


def agree(*but: str) -> None:
    """The books do."""
    found = {code for code, check in CHECKS.items() if next(check.findings(), None)}
    assert found == set(but)


# The same callback


def deposit(user: User, number: str | None = None) -> Invoice:
    line = {"price": TEN, "reference_type": "App\\Models\\Credit"}
    made: Invoice = InvoiceFactory(user=user, items=[line], number=number)
    return made


def call_back(invoice: Invoice, gateway_id: int) -> None:
    record_payment(
        actor=SYSTEM,
        invoice_id=invoice.pk,
        transaction_id=f"pi_{invoice.pk}",
        gateway_id=gateway_id,
        amount=TEN,
    )


def test_same_callback() -> None:
    invoices = [deposit(UserFactory()) for _ in range(TRIES)]
    gateway_id = GatewayFactory().pk
    race(lambda _, place: call_back(invoices[place], gateway_id), processes=MANY, tries=TRIES)
    assert InvoiceTransaction.objects.count() == TRIES
    assert set(Credit.objects.values_list("amount", flat=True)) == {TEN}
    assert Credit.objects.count() == TRIES
    assert Fulfilment.objects.filter(status="done").count() == TRIES
    agree()


def test_control_same_callback(unlocked: Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The invoice has its number, as that is unique and would stop all but one."""
    invoice, gateway_id = deposit(UserFactory(), "INV-1"), GatewayFactory().pk
    meet(monkeypatch, payments, "_known", unlocked)

    def work(*_: int) -> None:
        with suppress(Exception):  # without locks anything can go wrong
            call_back(invoice, gateway_id)

    race(work, processes=MANY, tries=1)
    assert InvoiceTransaction.objects.filter(amount__gt=0).count() > 1


# The last piece, the last use


def plan(**product: Any) -> Plan:
    columns = {f"plan__priceable__{name}": value for name, value in product.items()}
    made: Plan = PriceFactory(price=Decimal(5), **columns).plan
    return made


def buy(user: User, wanted: Plan, coupon: Coupon | None = None) -> bool:
    product = Product.objects.get(pk=wanted.priceable_id)
    values: dict[str, Any] = {"user": user, "currency_code": "USD", "coupon": coupon}
    try:
        place_order([Wanted(product, wanted)], actor=SYSTEM, **values)
    except Refused:
        return False
    return True


def test_last_piece() -> None:
    plans, users = [plan(stock=1) for _ in range(TRIES)], [UserFactory() for _ in range(MANY)]
    sold = race(lambda number, place: buy(users[number], plans[place]), processes=MANY, tries=TRIES)
    assert [sum(each) for each in sold] == [1] * TRIES
    assert set(Product.objects.values_list("stock", flat=True)) == {0}
    assert Service.objects.values("product_id").distinct().count() == TRIES
    agree()


def careless(product_id: int, units: int) -> bool:
    return bool(Product.objects.filter(pk=product_id).update(stock=F("stock") - units))


def test_control_last_piece(unlocked: Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    rare, users = plan(stock=1), [UserFactory() for _ in range(MANY)]
    meet(monkeypatch, checkout, "_with_locked_products", unlocked)
    monkeypatch.setattr(checkout, "take_stock", careless)
    (sold,) = race(lambda number, _: buy(users[number], rare), processes=MANY, tries=1)
    assert sum(sold) > 1


def once(number: int) -> Coupon:
    return Coupon.objects.create(
        code=f"ONCE{number}", type="percentage", applies_to="all", value=10, max_uses=1
    )


def test_single_use_coupon() -> None:
    coupons, users = [once(number) for number in range(TRIES)], [UserFactory() for _ in range(MANY)]
    web = plan(stock=None)
    used = race(
        lambda number, place: buy(users[number], web, coupons[place]),
        processes=MANY,
        tries=TRIES,
    )
    assert [sum(each) for each in used] == [1] * TRIES
    assert Service.objects.values("coupon_id").distinct().count() == TRIES
    assert Service.objects.count() == TRIES
    agree()


def test_control_single_use_coupon(unlocked: Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    coupon, web, users = once(0), plan(stock=None), [UserFactory() for _ in range(MANY)]
    set_option("invoice_proforma", "1")  # numbers are a race of their own
    meet(monkeypatch, checkout, "check_uses", unlocked)

    race(lambda number, _: buy(users[number], web, coupon), processes=MANY, tries=1)
    assert Service.objects.filter(coupon=coupon).count() > 1


# Invoice numbers


def number_an_invoice(user_id: int) -> str | None:
    try:
        return create_invoice(actor=SYSTEM, user_id=user_id, currency_code="USD").number
    except DatabaseError:
        return None


@pytest.fixture
def user_id() -> int:
    set_option("invoice_number_format", "{number}")
    return int(UserFactory().pk)


def test_invoice_numbers(user_id: int) -> None:
    given = race(lambda *_: number_an_invoice(user_id), processes=MANY, tries=TRIES)
    found = sorted(int(number or 0) for numbers in given for number in numbers)
    assert found == list(range(1, MANY * TRIES + 1))
    assert Setting.objects.get(key="invoice_number").value == str(MANY * TRIES)


def test_control_invoice_numbers(
    unlocked: Barrier, monkeypatch: pytest.MonkeyPatch, user_id: int
) -> None:
    counter = Prepared(lambda: Setting.objects.filter(key=numbers.COUNTER)[:1])
    monkeypatch.setattr(numbers, "_COUNTER", counter)
    meet(monkeypatch, numbers, "_last", unlocked)
    (given,) = race(lambda *_: number_an_invoice(user_id), processes=MANY, tries=1)
    assert len([number for number in given if number]) < MANY


# One balance


def rich(many: int) -> list[Invoice]:
    """A client with ten dollars, and invoices of ten."""
    user = UserFactory()
    add_credit(user.pk, "USD", TEN, actor=SYSTEM)
    owner = {"user": user, "currency": Currency.objects.get(code="USD"), "number": None}
    return [InvoiceFactory(items=[{"price": TEN}], **owner) for _ in range(many)]


def spend(invoice: Invoice) -> Decimal:
    try:
        return use_credit(invoice.pk, actor=SYSTEM)
    except DatabaseError:
        return Decimal()


def test_credit_is_spent_once() -> None:
    invoices = [rich(MANY) for _ in range(TRIES)]
    spent = race(lambda number, place: spend(invoices[place][number]), processes=MANY, tries=TRIES)
    assert [sum(each) for each in spent] == [TEN] * TRIES
    assert set(Credit.objects.values_list("amount", flat=True)) == {Decimal()}
    assert Invoice.objects.filter(status=Invoice.Status.PAID).count() == TRIES
    agree()


def test_control_credit(unlocked: Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    invoices = rich(MANY)
    owner = {"user_id": Slot("user"), "currency_code": Slot("code")}
    rows = Prepared(lambda: Credit.objects.filter(**owner).order_by("pk"))
    monkeypatch.setattr(wallets, "_HELD", rows)
    monkeypatch.setattr(wallets, "claimed", lambda model, key, **_: model.objects.get(pk=key))
    meet(monkeypatch, credits, "balance_of", unlocked)
    race(lambda number, _: spend(invoices[number]), processes=MANY, tries=1)
    assert Invoice.objects.filter(status=Invoice.Status.PAID).count() > 1


# The daily run


SERVICES = 3


def due(_: int = 0) -> None:
    """Services of one more client."""
    monthly, order = plan(stock=None), OrderFactory()
    for _service in range(SERVICES):
        ends = fields.now() + timedelta(days=3)
        ServiceFactory(plan=monthly, order=order, status="active", expires_at=ends)


def bills() -> list[int]:
    """How many invoices each service got."""
    found = list(InvoiceItem.objects.values_list("reference_id", flat=True))
    return [found.count(pk) for pk in Service.objects.values_list("pk", flat=True)]


def test_daily_run() -> None:
    race(lambda *_: run_daily() and None, processes=MANY, tries=TRIES, before=due)
    assert bills() == [1] * SERVICES * TRIES
    numbered = Invoice.objects.values_list("number", flat=True)
    assert len(set(numbered)) == SERVICES * TRIES
    assert not ParkedRow.objects.exists()
    agree("active-unpaid")  # nobody paid for what is there from the beginning


def test_control_daily_run(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Prepared[Service](lambda: _plain(renewals._due_one()))
    monkeypatch.setattr(renewals, "_DUE", found)
    monkeypatch.setattr(working, "note", lambda *given: None)
    meet(monkeypatch, renewals, "_midnight", barrier(MANY))
    due()
    race(lambda *_: run_daily() and None, processes=MANY, tries=1)
    assert max(bills()) > 1


def _plain(rows: Any) -> Any:
    rows.query.select_for_update = False
    return rows
