"""Refunds and the credit notes that go with them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing import gateways
from billing.actions.refunds import carry_out_refund, create_refund, settle_refund
from billing.corrections.models import CreditNote, Refund
from billing.models import Credit, Invoice, InvoiceTransaction
from billing.tests.api import audits, created, key, nothing_changed, refused, send
from billing.tests.factories import CreditFactory, GatewayFactory, InvoiceFactory
from billing.wallets.models import CreditMovement
from paymenter import events
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.tests.heard import heard
from paymenter.tests.jobs import work_off

pytestmark = pytest.mark.django_db

TEN = Decimal(10)


class Provider(gateways.GatewayModule):
    """Keeps what it was asked; acts once for each key."""

    refunds = True

    def __init__(self) -> None:
        self.given: dict[str, Decimal] = {}
        self.answer: Any = None

    def refund(
        self, payment: InvoiceTransaction, amount: Decimal, *, key: str
    ) -> gateways.Refunded:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.given[key] = amount
        return self.answer or gateways.Refunded(f"re_{len(self.given)}")


@pytest.fixture
def provider() -> Iterator[Provider]:
    module = Provider()
    gateways.register("Refunding", module)
    yield module
    gateways.forget("Refunding")


def paid(amount: str = "10", *, gateway: str = "Refunding") -> Invoice:
    items = [{"price": Decimal(amount)}]
    invoice: Invoice = InvoiceFactory(items=items, status=Invoice.Status.PAID)
    invoice.transactions.update(gateway=GatewayFactory(extension=gateway))
    return invoice


def refund(invoice: Invoice, amount: str = "10", method: str = "manual", **more: Any) -> Refund:
    return create_refund(
        actor=SYSTEM, invoice_id=invoice.pk, amount=Decimal(amount), method=method, **more
    )


def through_gateway(invoice: Invoice, amount: str = "10") -> Refund:
    return refund(invoice, amount, "gateway", payment_id=invoice.transactions.earliest("pk").pk)


def amounts(invoice: Invoice) -> list[Any]:
    rows = invoice.transactions.order_by("pk").values_list("amount", "is_credit_transaction")
    return [(amount, bool(credit)) for amount, credit in rows]


def test_refund_as_credit_is_a_negative_payment_with_a_credit_note() -> None:
    invoice = paid()
    with heard() as told:
        made = refund(invoice, "4", "credit", reason="Slow")
    assert amounts(invoice) == [(TEN, False), (-4, True)]
    assert Credit.objects.get().amount == 4
    note: Any = CreditNote.objects.get()
    assert (note.number, note.amount, note.reason) == ("CN-1", 4, "Slow")
    made.refresh_from_db()
    assert (made.status, made.credit_note_id) == ("succeeded", note.pk)
    assert made.invoice_transaction_id == invoice.transactions.latest("pk").pk
    invoice.refresh_from_db()
    assert invoice.status == "paid"
    movement: Any = CreditMovement.objects.get()
    assert (movement.kind, movement.amount, movement.balance) == ("refund", 4, 4)
    assert [happened.event for happened in told] == [
        events.CREDIT_NOTE_CREATED,
        events.CREDIT_CHANGED,
        events.PAYMENT_REFUNDED,
    ]
    assert [event for event, *_ in audits()] == ["credit_note", "created", "created", "refund"]


def test_refund_by_hand_counts_as_money() -> None:
    invoice = paid()
    refund(invoice, "10")
    assert amounts(invoice) == [(TEN, False), (-TEN, False)]
    assert not Credit.objects.exists()
    assert CreditNote.objects.get().amount == 10
    assert CreditNote.objects.get().items.get().amount == 10


def test_what_was_paid_too_much_goes_back_without_a_note() -> None:
    invoice = paid()
    InvoiceTransaction.objects.create(invoice=invoice, amount=Decimal(3))
    refund(invoice, "3")
    assert not CreditNote.objects.exists()
    refund(invoice, "1")
    assert CreditNote.objects.get().amount == 1


def test_part_payment_of_an_open_invoice_goes_back_without_a_note() -> None:
    invoice = InvoiceFactory(items=[{"price": TEN}])
    InvoiceTransaction.objects.create(invoice=invoice, amount=Decimal(4))
    refund(invoice, "4", "credit")
    assert not CreditNote.objects.exists()
    assert Credit.objects.get().amount == 4


@pytest.mark.parametrize("amount", ["10.01", "0", "-1", "NaN", "Infinity", "1.005", "1E+20"])
def test_more_than_was_paid_and_what_is_no_amount_is_refused(amount: str) -> None:
    invoice = paid()
    with nothing_changed(), pytest.raises(Refused) as caught:
        refund(invoice, amount)
    assert list(caught.value.errors) == ["amount"]
    assert not Refund.objects.exists()


def test_refunds_together_are_no_more_than_was_paid() -> None:
    invoice = paid()
    refund(invoice, "6")
    with pytest.raises(Refused, match=r"not be greater than 4\.00"):
        refund(invoice, "4.01")
    refund(invoice, "4", "credit")
    with pytest.raises(Refused, match=r"not be greater than 0\.00"):
        refund(invoice, "0.01")


def test_credit_that_was_used_only_becomes_credit_again() -> None:
    invoice = paid()
    invoice.transactions.update(gateway=None, is_credit_transaction=True)
    with pytest.raises(Refused):
        refund(invoice, "1")
    refund(invoice, "10", "credit")
    assert Credit.objects.get().amount == 10


def test_refund_of_bought_credit_takes_the_credit() -> None:
    item = {"price": TEN, "reference_type": "App\\Models\\Credit"}
    invoice = paid(gateway="Other")
    invoice.items.update(**item)
    with pytest.raises(Refused, match="bought credit"):
        refund(invoice, "10", "credit")
    with pytest.raises(Refused, match="less credit"):
        refund(invoice, "10")
    balance = CreditFactory(user=invoice.user, currency=invoice.currency, amount=Decimal(12))
    refund(invoice, "10")
    balance.refresh_from_db()
    assert balance.amount == 2


def test_gateway_is_asked_once_the_refund_is_stored(provider: Provider) -> None:
    invoice = paid()
    made = through_gateway(invoice, "4")
    assert (made.status, provider.given, len(amounts(invoice))) == ("pending", {}, 1)
    work_off()
    made.refresh_from_db()
    assert provider.given == {made.key: 4}
    assert (made.status, made.provider_id) == ("succeeded", "re_1")
    payment: Any = invoice.transactions.latest("pk")
    assert (payment.amount, payment.transaction_id) == (-4, "re_1")
    assert payment.gateway_id == invoice.transactions.earliest("pk").gateway_id
    carry_out_refund.func(refund_id=made.pk)
    assert len(amounts(invoice)) == 2


def test_refund_under_way_counts_against_the_next_one(provider: Provider) -> None:
    invoice = paid()
    through_gateway(invoice, "6")
    with pytest.raises(Refused, match=r"not be greater than 4\.00"):
        refund(invoice, "5")


def test_answer_that_got_lost_is_asked_for_again_with_the_same_key(provider: Provider) -> None:
    invoice = paid()
    made = through_gateway(invoice)
    provider.answer = ConnectionError("no answer")
    with pytest.raises(ConnectionError):
        carry_out_refund.func(refund_id=made.pk)
    made.refresh_from_db()
    assert (made.status, made.attempts, len(amounts(invoice))) == ("pending", 1, 1)
    provider.answer = None
    carry_out_refund.func(refund_id=made.pk)
    assert list(provider.given) == [made.key]
    assert amounts(invoice)[1:] == [(-10, False)]


def test_declined_refund_changes_nothing_and_says_why(provider: Provider) -> None:
    invoice = paid()
    provider.answer = gateways.Declined("Too old")
    made = through_gateway(invoice)
    work_off()
    made.refresh_from_db()
    assert (made.status, made.error) == ("failed", "Too old")
    assert len(amounts(invoice)) == 1
    assert not CreditNote.objects.exists()
    provider.answer = None
    through_gateway(invoice)


def test_refund_that_the_provider_ends_later(provider: Provider) -> None:
    invoice = paid()
    provider.answer = gateways.Refunded("re_9", done=False)
    made = through_gateway(invoice)
    work_off()
    made.refresh_from_db()
    assert (made.status, made.provider_id, len(amounts(invoice))) == ("processing", "re_9", 1)
    for _ in range(2):
        settle_refund(made.key, succeeded=True)
    assert amounts(invoice)[1:] == [(-10, False)]
    settle_refund(made.key, succeeded=False)
    made.refresh_from_db()
    assert made.status == "succeeded"


def test_gateway_that_cannot_refund_is_named(provider: Provider) -> None:
    invoice = paid(gateway="Other")
    with pytest.raises(Refused, match="refund at the provider"):
        through_gateway(invoice)
    with pytest.raises(Refused) as caught:
        refund(invoice, "1", "gateway")
    assert list(caught.value.errors) == ["payment_id"]


# Credit notes


def note(client: Client, invoice: Invoice, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = created(client, "credit-notes", {"invoice_id": invoice.pk, **more})
    attributes: dict[str, Any] = data["attributes"]
    return attributes


def test_credit_note_of_all_that_is_left(client: Client) -> None:
    key()
    items = [{"price": Decimal(6), "description": "A"}, {"price": Decimal(2), "quantity": 2}]
    invoice = InvoiceFactory(items=items, status=Invoice.Status.PAID)
    first = invoice.items.earliest("pk")
    line = {"invoice_item_id": first.pk, "amount": "1.50"}
    assert note(client, invoice, items=[line])["amount"] == "1.50"
    whole = note(client, invoice, reason="Error")
    assert (whole["number"], whole["amount"], whole["reason"]) == ("CN-2", "8.50", "Error")
    path = f"credit-notes/{whole['id']}?include=items"
    included = send(client, "GET", path).json()["included"]
    assert [row["attributes"]["amount"] for row in included] == ["4.50", "4.00"]
    answer = refused(client, "POST", "credit-notes", {"invoice_id": invoice.pk})
    text = "Nothing of this invoice is left to be taken back."
    assert answer["errors"] == {"invoice_id": [text]}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": "10.01"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": 0}, "amount"),
        ({"items": [{"invoice_item_id": 999_999}]}, "items.0.invoice_item_id"),
        ({"items": [{"invoice_item_id": 0}]}, "items.0.invoice_item_id"),
        ({"amount": "NaN"}, "amount"),
    ],
)
def test_bad_credit_notes_are_refused(client: Client, asked: Any, field: str) -> None:
    key()
    body = {"invoice_id": paid().pk, **asked}
    assert list(refused(client, "POST", "credit-notes", body)["errors"]) == [field]
    assert not CreditNote.objects.exists()


def test_open_invoice_is_corrected_itself(client: Client) -> None:
    key()
    invoice = InvoiceFactory(items=[{"price": TEN}])
    answer = refused(client, "POST", "credit-notes", {"invoice_id": invoice.pk})
    assert list(answer["errors"]) == ["invoice_id"]


def test_numbers_of_credit_notes_are_not_used_up_by_refusals(client: Client) -> None:
    key()
    for amount in ("1", "99", "1", "0.001", "1"):
        body = {"invoice_id": paid().pk, "amount": amount}
        send(client, "POST", "credit-notes", body)
    numbers = CreditNote.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["CN-1", "CN-2", "CN-3"]


def test_refund_over_the_api(client: Client) -> None:
    key()
    invoice = paid()
    body = {"invoice_id": invoice.pk, "amount": "2.50", "method": "credit", "reason": "Sorry"}
    attributes = created(client, "refunds", body)["attributes"]
    assert (attributes["status"], attributes["amount"]) == ("succeeded", "2.50")
    listed = send(client, "GET", f"refunds?filter[invoice_id][eq]={invoice.pk}").json()
    assert len(listed["data"]) == 1
    moved = send(client, "GET", f"credit-movements?filter[user_id][eq]={invoice.user_id}").json()
    [movement] = [row["attributes"] for row in moved["data"]]
    assert (movement["kind"], movement["amount"], movement["reason"]) == ("refund", "2.50", "Sorry")
    answer = refused(client, "POST", "refunds", {**body, "amount": "7.51"})
    text = "The amount must not be greater than 7.50: that is what can still be refunded."
    assert answer["errors"] == {"amount": [text]}
    assert refused(client, "POST", "refunds", {"method": "cash"})["errors"].keys() == {
        "invoice_id",
        "amount",
        "method",
    }
