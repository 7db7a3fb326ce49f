from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Credit
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def create_credit(*, actor: Actor, **values: Any) -> Credit:
    return create_record(Credit, values, actor=actor)


@transaction.atomic
def update_credit(credit: Credit, *, actor: Actor, **changes: Any) -> Credit:
    """`amount` is the new balance."""
    credit = locked(credit)
    change_record(credit, changes, actor=actor)
    return credit


@transaction.atomic
def delete_credit(credit: Credit, *, actor: Actor) -> None:
    delete_record(locked(credit), actor=actor)


@transaction.atomic
def add_credit(user_id: int, currency_code: str, amount: Decimal, *, actor: Actor) -> Credit:
    """Adds to the balance that the user has in the currency, or opens one."""
    rows = Credit.objects.select_for_update().filter(user_id=user_id, currency_code=currency_code)
    credit = rows.order_by("pk").first()
    if credit is None:
        values = {"user_id": user_id, "currency_code": currency_code, "amount": amount}
        return create_record(Credit, values, actor=actor)
    change_record(credit, {"amount": credit.amount + amount}, actor=actor)
    return credit
