"""Roles: nobody makes one that may do more than he does."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import Role, User
from accounts.rules.grants import NOT_HELD, Holds, not_held, unknown_to_roles
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

FIRST = 1  # the role that every installation has; Paymenter's form does not open it


@transaction.atomic
def create_role(*, actor: Actor, holds: Holds, **values: Any) -> Role:
    _check(values["permissions"], (), holds)
    return create_record(Role, values, actor=actor)


@transaction.atomic
def update_role(role: Role, *, actor: Actor, holds: Holds, **changes: Any) -> Role:
    role = locked(role)
    _refuse_first(role)
    if "permissions" in changes:
        _check(changes["permissions"], role.granted, holds)
    change_record(role, changes, actor=actor)
    return role


@transaction.atomic
def delete_role(role: Role, *, actor: Actor) -> None:
    """Paymenter leaves its people with a role that is none."""
    role = locked(role)
    _refuse_first(role)
    if count := User.objects.filter(role_id=role.pk).count():
        raise Refused(f"The role is that of {count} users: give them another first.", status=409)
    delete_record(role, actor=actor)


def _check(names: Sequence[str], kept: Collection[str], holds: Holds) -> None:
    """What the role has already needs no check: nobody gets more by it."""
    if unknown := unknown_to_roles(names, kept):
        raise Refused.on("permissions", f"These permissions are not known: {', '.join(unknown)}.")
    if beyond := not_held([name for name in names if name not in kept], holds):
        raise Refused.on("permissions", NOT_HELD.format(", ".join(beyond)))


def _refuse_first(role: Role) -> None:
    if role.pk == FIRST:
        raise Refused(f"The role {role.name} cannot be changed.", status=403)
