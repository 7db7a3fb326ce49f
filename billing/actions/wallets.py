"""Balances and the movements that explain them.

Laravel's table has balances only. Each change that is made here is written down beside it, with
its reason. What somebody else changed in the meantime (PHP, or a hand in the database) is found
when the next movement is written, and closed by one of the kind `outside`, so that the movements
of a client always add up to what he has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from accounts.actions.records import change_record, create_record
from billing.models import Credit
from billing.rules.balances import MOST
from billing.wallets.models import CreditAccount, CreditMovement
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import claimed
from paymenter.db.prepared import Prepared, Slot
from paymenter.errors import Refused

Kind = CreditMovement.Kind
TOO_MUCH = "The balance would be more than can be stored."
TOO_LITTLE = "The client has less credit than that."

_OWNER = {"user_id": Slot("user"), "currency_code": Slot("code")}
_HELD = Prepared(lambda: Credit.objects.select_for_update().filter(**_OWNER).order_by("pk"))
_MOVED = Prepared(lambda: CreditMovement.objects.filter(**_OWNER).only("pk")[:1])


@dataclass(frozen=True, slots=True)
class Why:
    """What a movement tells of itself."""

    kind: CreditMovement.Kind
    actor: Actor
    invoice_id: int | None = None
    payment_id: int | None = None
    reason: str | None = None


class Wallet:
    """What a client has in one currency, held until the transaction ends.

    Made after the invoice is locked, never before.
    """

    def __init__(self, user_id: int, currency_code: str) -> None:
        self.user_id, self.currency_code = user_id, currency_code.upper()
        owner = {"user_id": user_id, "currency_code": self.currency_code}
        key = f"{user_id}:{self.currency_code}"
        self._account = claimed(CreditAccount, key, touch="user_id", **owner)
        self.rows = _HELD.all(user=user_id, code=self.currency_code)
        self._close()

    @property
    def balance(self) -> Decimal:
        return sum((row.amount for row in self.rows), Decimal())

    @property
    def spendable(self) -> Decimal:
        """Of several rows in one currency Paymenter uses the first."""
        return self.rows[0].amount if self.rows else Decimal()

    def move(self, amount: Decimal, why: Why) -> Credit:
        """Adds to the first row, or opens it; raises Refused beyond what it has or can hold."""
        if self.spendable + amount < 0:
            raise Refused.on("amount", TOO_LITTLE)
        if self.spendable + amount > MOST:
            raise Refused.on("amount", TOO_MUCH)
        credit = self._stored(amount, why.actor)
        self._note(amount, why)
        events.emit(events.CREDIT_CHANGED, credit, actor=why.actor, kind=str(why.kind))
        return credit

    def reread(self, why: Why) -> None:
        """Writes down what the caller has changed in the rows itself."""
        owner = {"user_id": self.user_id, "currency_code": self.currency_code}
        self.rows = list(Credit.objects.filter(**owner).order_by("pk"))
        if difference := self.balance - self._account.balance:
            self._note(difference, why)

    def _stored(self, amount: Decimal, actor: Actor) -> Credit:
        if not self.rows:
            owner = {"user_id": self.user_id, "currency_code": self.currency_code}
            self.rows = [create_record(Credit, {**owner, "amount": amount}, actor=actor)]
        else:
            new = {"amount": self.rows[0].amount + amount}
            change_record(self.rows[0], new, actor=actor)
        return self.rows[0]

    def _close(self) -> None:
        if difference := self.balance - self._account.balance:
            moved = _MOVED.first(user=self.user_id, code=self.currency_code)
            kind = Kind.OUTSIDE if moved else Kind.OPENING
            self._note(difference, Why(kind, Actor()))

    def _note(self, amount: Decimal, why: Why) -> None:
        self._account.balance += amount
        self._account.save(update_fields=["balance"])
        CreditMovement.objects.create(
            user_id=self.user_id,
            currency_code=self.currency_code,
            kind=why.kind,
            amount=amount,
            balance=self._account.balance,
            invoice_id=why.invoice_id,
            invoice_transaction_id=why.payment_id,
            reason=why.reason,
            staff_id=why.actor.user_id,
        )


@contextmanager
def explained(user_id: int, *currency_codes: str, why: Why) -> Iterator[None]:
    """Writes down what the block changes in the balances of these currencies."""
    codes = sorted({code.upper() for code in currency_codes})
    wallets = [Wallet(user_id, code) for code in codes]
    yield
    for wallet in wallets:
        wallet.reread(why)
