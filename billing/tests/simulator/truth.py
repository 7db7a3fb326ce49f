"""What must be true after each day, beside the books themselves."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from billing.books import CHECKS
from billing.models import Credit, InvoiceTransaction, Service
from billing.tests.explained import unexplained
from billing.tests.simulator.outside import Machine, Status
from billing.wallets.models import CreditAccount, CreditMovement

if TYPE_CHECKING:
    from billing.tests.simulator.world import World

SLOW = {"reference-gone", "owner-gone", "state-unknown"}  # once a week


def untruths(world: "World") -> Iterator[str]:
    yield from _books(world)
    yield from _payments(world)
    yield from _credit()
    yield from _servers()
    yield from unexplained()


def _books(world: "World") -> Iterator[str]:
    for code, check in CHECKS.items():
        if code not in SLOW or world.day % 7 == 0:
            yield from (f"{code}: {found}" for found in check.findings())


def _payments(world: "World") -> Iterator[str]:
    """Each counts once, with its amount, as far as it came."""
    rows = InvoiceTransaction.objects.filter(transaction_id__startswith="pay")
    booked = {
        key: (number, amount)
        for key, number, amount in rows.values_list("transaction_id").annotate(
            Count("pk"), Sum("amount")
        )
    }
    for payment in world.provider.payments:
        if payment.is_told and booked.pop(payment.key, None) != (1, payment.amount):
            yield f"payment {payment}: not booked once"
    if unknown := [key for key in booked if key not in {p.key for p in world.provider.payments}]:
        yield f"payments that nobody made: {unknown}"
    paid = [p for p in world.provider.payments if p.is_told and p.status == Status.SUCCEEDED]
    arrived = rows.filter(status=Status.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or 0
    if round(Decimal(arrived), 2) != sum((p.amount for p in paid), Decimal()):
        yield f"{arrived} of money booked, {sum(p.amount for p in paid)} paid"


def _credit() -> Iterator[str]:
    """The ledger explains every balance."""
    if outside := CreditMovement.objects.filter(kind=CreditMovement.Kind.OUTSIDE).count():
        yield f"{outside} movements of credit that nobody explained"
    balances = {
        (user, code): round(Decimal(amount), 2)
        for user, code, amount in Credit.objects.values_list("user_id", "currency_code").annotate(
            Sum("amount")
        )
    }
    noted = CreditAccount.objects.values_list("user_id", "currency_code", "balance")
    for user, code, balance in noted:
        if balances.pop((user, code), Decimal()) != balance:
            yield f"credit of user {user} in {code} is not {balance}, as the ledger says"
    yield from (
        f"credit of {owner} is not in the ledger" for owner, left in balances.items() if left
    )


def _servers() -> Iterator[str]:
    """What was paid runs, what was not does not."""
    wanted = {Service.Status.ACTIVE: True, Service.Status.SUSPENDED: False}
    rows = Service.objects.filter(product__server__isnull=False)
    for pk, status in rows.values_list("pk", "status"):
        is_running = Machine.servers.get(pk)
        if is_running != wanted.get(Service.Status(status)):
            yield f"service {pk} is {status}, its server {is_running}"
