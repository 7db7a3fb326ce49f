"""Balances that staff set, and credit that clients buy (Paymenter: Client\\Credits).

Every change is a movement (wallets).
"""

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.audits import audits_together
from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import User
from billing.actions.balances import balance_of
from billing.actions.checkout_gateways import NOT_OPEN, usable_gateways
from billing.actions.fulfilments import fulfil
from billing.actions.invoices import create_invoice
from billing.actions.payments import settle
from billing.actions.shown import items_now
from billing.actions.wallets import Kind, Wallet, Why, explained
from billing.gateways import DEPOSIT
from billing.models import Credit, Currency, Invoice, InvoiceTransaction
from billing.rules.balances import is_amount
from billing.rules.explanations import TOP_UP, Explanation, Part
from paymenter import events, options
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked, persistent
from paymenter.db.morph import class_name
from paymenter.db.related import known
from paymenter.errors import Refused
from paymenter.laravel.validation import REQUIRED, SELECTED
from paymenter.rounding import rounded

CREDIT = "Account credit"
CODE = 3  # characters of a currency
OFF = "Credits are switched off."
TOO_MUCH = "You cannot exceed the maximum credits allowed."
UNPAID = (
    "You have an unpaid invoice for credits. Please pay the invoice before adding more credits."
)
LEAST = "The amount field must be at least {}."
MOST = "The amount field must not be greater than {}."
NO_NUMBER = "The amount field must be a number."


@transaction.atomic
def create_credit(*, actor: Actor, reason: str | None = None, **values: Any) -> Credit:
    if len(values["currency_code"]) > CODE:
        raise Refused.on("currency_code", SELECTED.format("currency code"))
    why = Why(Kind.STAFF, actor, reason=reason)
    with explained(values["user_id"], values["currency_code"], why=why):
        return create_record(Credit, values, actor=actor)


@transaction.atomic
def update_credit(
    credit: Credit, *, actor: Actor, reason: str | None = None, **changes: Any
) -> Credit:
    """`amount` is the new balance."""
    codes = (credit.currency_code, changes.get("currency_code", credit.currency_code))
    with explained(credit.user_id, *codes, why=Why(Kind.STAFF, actor, reason=reason)):
        credit = Credit.objects.select_for_update().get(pk=credit.pk)
        change_record(credit, changes, actor=actor)
    return credit


@transaction.atomic
def delete_credit(credit: Credit, *, actor: Actor) -> None:
    with explained(credit.user_id, credit.currency_code, why=Why(Kind.STAFF, actor)):
        delete_record(Credit.objects.select_for_update().get(pk=credit.pk), actor=actor)


@transaction.atomic
def add_credit(
    user_id: int, currency_code: str, amount: Decimal, *, actor: Actor, why: Why | None = None
) -> Credit:
    """Adds to the balance that the user has in the currency, or opens one."""
    return Wallet(user_id, currency_code).move(amount, why or Why(Kind.OTHER, actor))


def use_credit(invoice_id: int, *, actor: Actor) -> Decimal:
    """Pays what remains from the client's balance, as far as it goes; how much was taken.

    What was paid too much on an invoice that is still open goes to the balance: then it is
    negative. Refused for an invoice that is not pending. Paymenter: Invoices\\Show, `credit`.
    """

    def use() -> Decimal:
        invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
        if invoice.status != Invoice.Status.PENDING:
            raise Refused(NOT_OPEN)
        return _spend(invoice, actor)

    taken = persistent(use)
    fulfil(invoice_id, actor=actor)
    return taken


def pay_with_credit(invoice: Invoice, *, actor: Actor) -> bool:
    """Pays an open invoice if the client's balance covers what remains; whether it did."""

    def pay() -> Invoice | None:
        held = locked(invoice)
        held.user = invoice.user
        is_open = held.status == Invoice.Status.PENDING
        return held if is_open and _spend(held, actor, all_or_nothing=True) else None

    paid = persistent(pay)
    if paid is None:
        return False
    fulfil(invoice.pk, actor=actor)
    for column in Invoice._meta.concrete_fields:
        setattr(invoice, column.attname, getattr(paid, column.attname))
    return True


def _spend(invoice: Invoice, actor: Actor, *, all_or_nothing: bool = False) -> Decimal:
    """The caller holds the invoice."""
    with known(invoice, "items", items_now(invoice)), audits_together():
        return _spent(invoice, actor, all_or_nothing)


def _spent(invoice: Invoice, actor: Actor, all_or_nothing: bool) -> Decimal:
    wallet = Wallet(invoice.user_id, invoice.currency_code)
    remains = balance_of(invoice).open
    amount = min(wallet.spendable, remains)
    if wallet.spendable <= 0 or not amount or (all_or_nothing and amount < remains):
        return Decimal()
    columns = {
        "invoice_id": invoice.pk,
        "gateway_id": None,
        "amount": amount,
        "fee": None,
        "status": InvoiceTransaction.Status.SUCCEEDED.value,
        "is_credit_transaction": True,
    }
    payment = create_record(InvoiceTransaction, columns, actor=actor)
    kind = Kind.PAYMENT if amount > 0 else Kind.OVERPAYMENT
    wallet.move(-amount, Why(kind, actor, invoice.pk, payment.pk))
    events.emit(events.PAYMENT_SUCCEEDED, payment, actor=actor)
    settle(invoice, actor=actor)
    return amount


@transaction.atomic
def deposit_credit(
    user: User,
    *,
    actor: Actor,
    amount: Decimal | None,
    currency_code: str,
    gateway_id: int | None,
) -> Invoice:
    """The invoice that the client pays to have `amount` more credit, through the gateway chosen.

    Refused outside the limits of the settings, and while another deposit is unpaid. The limit on
    the balance counts for the first deposit too (Paymenter: only for later ones).
    """
    if not options.flag("credits_enabled"):
        raise Refused(OFF, status=404)
    if not Currency.objects.filter(code=currency_code).exists():
        raise Refused.on("currency", SELECTED.format("currency"))
    amount = _within_limits(amount)
    _refuse_gateway(gateway_id, amount, currency_code)
    wallet = Wallet(user.pk, currency_code)  # two deposits at once wait for each other here
    most = options.get("credits_maximum_credit")
    if most is not None and wallet.balance + amount > Decimal(most):
        raise Refused(TOO_MUCH)
    if _unpaid_deposits(user).exists():
        raise Refused(UNPAID)
    return _deposit_invoice(user, amount, currency_code, actor)


def _within_limits(amount: Decimal | None) -> Decimal:
    if amount is None:
        raise Refused.on("amount", REQUIRED.format("amount"))
    if not amount.is_finite():
        raise Refused.on("amount", NO_NUMBER)
    least = Decimal(options.get("credits_minimum_deposit", 0))
    most = Decimal(options.get("credits_maximum_deposit", "Infinity"))
    if amount < least:
        raise Refused.on("amount", LEAST.format(least))
    if amount > most:
        raise Refused.on("amount", MOST.format(most))
    if not is_amount(rounded(amount)):
        raise Refused.on("amount", NO_NUMBER)
    return amount


def _refuse_gateway(gateway_id: int | None, amount: Decimal, currency_code: str) -> None:
    if gateway_id is None:
        raise Refused.on("gateway", REQUIRED.format("gateway"))
    if gateway_id not in {row.pk for row in usable_gateways(amount, currency_code, DEPOSIT)}:
        raise Refused.on("gateway", SELECTED.format("gateway"))


def _unpaid_deposits(user: User) -> Any:
    deposits = {"items__reference_type": class_name(Credit), "user": user}
    return Invoice.objects.filter(status=Invoice.Status.PENDING, **deposits)


def _deposit_invoice(user: User, amount: Decimal, currency_code: str, actor: Actor) -> Invoice:
    line = {
        "price": amount,
        "quantity": 1,
        "description": f"Credit deposit ({currency_code})",
        "reference_type": class_name(Credit),
    }
    return create_invoice(
        actor=actor,
        user_id=user.pk,
        currency_code=currency_code,
        due_at=fields.now(),
        items=[line],
        explained=[_explanation(rounded(amount), currency_code)],
    )


def _explanation(amount: Decimal, currency_code: str) -> Explanation:
    return Explanation(
        occasion=TOP_UP,
        product=CREDIT,
        currency=currency_code,
        quantity=1,
        unit=amount,
        amount=amount,
        parts=(Part(CREDIT, amount),),
    )
