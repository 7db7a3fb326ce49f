"""Writes on users; whoever may do them was asked before."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import User
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.laravel import passwords


@transaction.atomic
def create_user(*, actor: Actor, **values: Any) -> User:
    """`password` is plain text."""
    return create_record(User, _hashed(values), actor=actor)


@transaction.atomic
def update_user(user: User, *, actor: Actor, **changes: Any) -> User:
    user = locked(user)
    change_record(user, _hashed(changes), actor=actor)
    return user


@transaction.atomic
def delete_user(user: User, *, actor: Actor) -> None:
    """With him go his orders, services, invoices, tickets, credits and sessions."""
    delete_record(locked(user), actor=actor)


def _hashed(values: dict[str, Any]) -> dict[str, Any]:
    if "password" in values:
        return {**values, "password": passwords.make(values["password"])}
    return values
