"""Many at the same moment: the same payment told again and again, numbers, one balance.

Each with a control: with the lock off and all past the look before anyone writes, it goes wrong.
"""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache, partial
from threading import Barrier, get_ident
from typing import Any

import pytest
from django.db import DatabaseError, connection  # noqa: F401 (on_mariadb asks it)
from django.db.models import QuerySet
from django.test import Client

from accounts.models import Audit
from accounts.tests.factories import UserFactory
from billing.actions import credits, numbers, payments, wallets
from billing.actions.credits import add_credit, use_credit
from billing.actions.invoices import create_invoice
from billing.actions.payments import record_payment
from billing.fulfilments.models import CountedPayment, Fulfilment
from billing.models import Credit, Invoice, InvoiceTransaction
from billing.tests.api import key, send
from billing.tests.factories import CreditFactory, CurrencyFactory, GatewayFactory, InvoiceFactory
from billing.wallets.models import CreditAccount, CreditMovement
from paymenter.actor import SYSTEM
from paymenter.db import locks
from paymenter.db.prepared import Prepared
from paymenter.errors import Refused
from paymenter.models import Setting
from paymenter.tests.races import at_once, emptied_tables, on_mariadb

pytestmark = [on_mariadb, pytest.mark.mariadb("needs connections that run side by side")]

CREDIT = {"price": Decimal(10), "reference_type": "App\\Models\\Credit"}
MANY, ROUNDS = 8, 25


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    with emptied_tables():
        for model in (CountedPayment, CreditAccount, CreditMovement, Fulfilment):
            model._default_manager.all().delete()
        yield


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> Barrier:
    """Rows are read without a lock. Whoever has looked waits for the others at the barrier."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all())
    monkeypatch.setattr(locks, "_by_key", cache(locks._by_key.__wrapped__))  # compiled anew
    monkeypatch.setattr(wallets, "_HELD", Prepared(wallets._HELD._query))
    return Barrier(MANY, timeout=30)


def meet(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, barrier: Barrier) -> None:
    """The function looks, then waits until all have looked for the first time."""
    look, met = getattr(module, name), set[int]()

    def look_and_wait(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        if get_ident() not in met:
            met.add(get_ident())
            barrier.wait()
        return found

    monkeypatch.setattr(module, name, look_and_wait)


def bill(**columns: Any) -> Invoice:
    invoice: Invoice = InvoiceFactory(items=[CREDIT], **columns)
    return invoice


# The same payment


def told(invoice: Invoice, **more: Any) -> list[int]:
    def work(number: int) -> int:
        body = {"invoice_id": invoice.pk, "amount": 10, **more}
        return int(send(Client(), "POST", "invoice-transactions", body).status_code)

    return at_once(work, MANY)


def test_same_payment_over_the_api_counts_once() -> None:
    key()
    invoice = bill()
    assert told(invoice, transaction_id="pi_1") == [201] * MANY
    assert InvoiceTransaction.objects.count() == 1
    assert Credit.objects.get().amount == 10
    assert Audit.objects.filter(auditable_type="App\\Models\\Invoice").count() == 1


def test_other_payments_all_count_and_fulfil_once() -> None:
    """Without an id they are eight payments; what is paid too much becomes credit."""
    key()
    invoice = bill()
    assert told(invoice) == [201] * MANY
    assert InvoiceTransaction.objects.filter(amount__gt=0).count() == MANY
    assert Credit.objects.get().amount == 10 + 10 * (MANY - 1)
    assert list(Fulfilment.objects.values_list("status", flat=True)) == ["done"]


def call_back(invoice: Invoice, gateway_id: int) -> None:
    record_payment(
        actor=SYSTEM,
        invoice_id=invoice.pk,
        transaction_id=f"pi_{invoice.pk}",
        gateway_id=gateway_id,
        amount=Decimal(10),
    )


def told_by_provider(invoices: list[Invoice], gateway_id: int, number: int) -> None:
    call_back(invoices[number], gateway_id)


def test_same_callback_counts_and_fulfils_once() -> None:
    gateway = GatewayFactory()
    for done in range(1, ROUNDS + 1):
        invoice = bill()
        at_once(partial(told_by_provider, [invoice] * MANY, gateway.pk), MANY)
        assert InvoiceTransaction.objects.count() == done
        assert Credit.objects.get(user=invoice.user).amount == 10
    assert Fulfilment.objects.filter(status="done").count() == ROUNDS


def test_control_without_the_lock_the_same_callback_counts_twice(
    unlocked: Barrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice, gateway_id = bill(), GatewayFactory().pk
    meet(monkeypatch, payments, "_known", unlocked)

    def work(_: int) -> None:
        with suppress(DatabaseError, Refused):
            call_back(invoice, gateway_id)

    at_once(work, MANY)
    assert InvoiceTransaction.objects.filter(amount__gt=0).count() > 1


def test_same_payment_told_for_two_invoices_counts_for_one() -> None:
    gateway = GatewayFactory()
    for done in range(1, ROUNDS + 1):
        two = [bill(), bill()]

        def work(number: int, two: list[Invoice] = two, done: int = done) -> bool:
            values = {"gateway_id": gateway.pk, "amount": Decimal(10)}
            try:
                record_payment(
                    actor=SYSTEM,
                    invoice_id=two[number % 2].pk,
                    transaction_id=f"pi_{done}",
                    **values,
                )
            except Refused:
                return False
            return True

        at_once(work, MANY)
        assert InvoiceTransaction.objects.count() == done
        assert Invoice.objects.filter(status=Invoice.Status.PAID).count() == done


# Invoice numbers


def number_an_invoice(user_id: int) -> str | None:
    try:
        return create_invoice(actor=SYSTEM, user_id=user_id, currency_code="USD").number
    except DatabaseError:
        return None


@pytest.fixture
def client_id() -> int:
    CurrencyFactory(code="USD")
    Setting.objects.create(key="invoice_number", value="0")
    return int(UserFactory().pk)


def test_invoice_numbers_have_no_gap_and_no_double(client_id: int) -> None:
    def work(_: int) -> list[str | None]:
        return [number_an_invoice(client_id) for _ in range(ROUNDS)]

    given = [number for numbers in at_once(work, MANY) for number in numbers]
    assert sorted(int(number or 0) for number in given) == list(range(1, MANY * ROUNDS + 1))
    assert Setting.objects.get(key="invoice_number").value == str(MANY * ROUNDS)


def test_control_without_the_lock_numbers_are_given_twice(
    unlocked: Barrier, monkeypatch: pytest.MonkeyPatch, client_id: int
) -> None:
    counter = Prepared(lambda: Setting.objects.filter(key=numbers.COUNTER)[:1])
    monkeypatch.setattr(numbers, "_COUNTER", counter)
    meet(monkeypatch, numbers, "_last", unlocked)
    given = at_once(lambda _: number_an_invoice(client_id), MANY)
    assert len([number for number in given if number]) < MANY


# One balance


def spent_on(invoices: Any, number: int) -> Decimal:
    try:
        return use_credit(invoices[number].pk, actor=SYSTEM)
    except DatabaseError:
        return Decimal()


def test_credit_is_spent_once() -> None:
    for _ in range(ROUNDS):
        balance = CreditFactory(amount=Decimal(10))
        owner = {"user": balance.user, "currency": balance.currency}
        invoices = [InvoiceFactory(items=[{"price": Decimal(10)}], **owner) for _ in range(MANY)]
        taken = at_once(partial(spent_on, invoices), MANY)
        assert sorted(taken) == [0] * (MANY - 1) + [10]
        balance.refresh_from_db()
        assert balance.amount == 0
        paid = Invoice.objects.filter(user=balance.user, status=Invoice.Status.PAID)
        assert paid.count() == 1
    movements = CreditMovement.objects.order_by("pk").values_list("kind", "amount", "balance")
    ten, none = Decimal(10), Decimal(0)
    assert list(movements)[:2] == [("opening", ten, ten), ("payment", -ten, none)]
    assert movements.count() == 2 * ROUNDS


def test_control_without_the_lock_credit_is_spent_twice(
    unlocked: Barrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = UserFactory()
    owner = {"user": user, "currency": CurrencyFactory(code="EUR")}
    add_credit(user.pk, "EUR", Decimal(10), actor=SYSTEM)
    invoices = [InvoiceFactory(items=[{"price": Decimal(10)}], **owner) for _ in range(MANY)]
    meet(monkeypatch, credits, "balance_of", unlocked)
    at_once(partial(spent_on, invoices), MANY)
    assert Invoice.objects.filter(status=Invoice.Status.PAID).count() > 1


def test_first_deposits_of_a_client_make_one_balance() -> None:
    for _ in range(ROUNDS):
        user = UserFactory()
        currency = CurrencyFactory(code="EUR")
        invoices = [bill(user=user, currency=currency) for _ in range(MANY)]
        gateway = GatewayFactory()
        at_once(partial(told_by_provider, invoices, gateway.pk), MANY)
        assert Credit.objects.get(user=user).amount == 10 * MANY
