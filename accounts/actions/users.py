"""Writes on users; whoever may do them was asked before."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import Role, User, UserSession
from accounts.notes.models import ClientNote
from accounts.rules.grants import NOT_HELD, Holds, not_held
from paymenter import events
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.laravel import passwords

YOURSELF = "You cannot delete yourself."
OWN_PASSWORD = "Change your own at My account or profile/me: it takes the current one."
STRONGER = "You cannot do this to somebody who may do more than you."

_OPENS = frozenset({"email", "password", "role_id"})  # whoever sets these can be that user


@transaction.atomic
def create_user(*, actor: Actor, holds: Holds | None = None, **values: Any) -> User:
    """`password` is plain text. `holds`: the rights of the person behind it, who cannot give more
    than these; None for the system and, as in Paymenter, for API keys."""
    _check_role(values.get("role_id"), holds)
    user = create_record(User, _hashed(values), actor=actor)
    events.emit(events.USER_CREATED, user, actor=actor)
    return user


@transaction.atomic
def update_user(user: User, *, actor: Actor, holds: Holds | None = None, **changes: Any) -> User:
    """A new password signs out everywhere."""
    user = locked(user)
    if "password" in changes and holds is not None and user.pk == actor.user_id:
        raise Refused.on("password", OWN_PASSWORD)
    if _OPENS & set(changes):
        refuse_stronger(user, holds)
    if changes.get("role_id") != user.role_id:
        _check_role(changes.get("role_id"), holds)
    email = user.email
    if change_record(user, _hashed(changes), actor=actor):
        moved = user.email != email
        events.emit(events.USER_UPDATED, user, actor=actor, email_changed=moved)
    if "password" in changes:
        UserSession.objects.filter(user=user).delete()
    return user


@transaction.atomic
def delete_user(user: User, *, actor: Actor, holds: Holds | None = None) -> None:
    """With him go his orders, services, invoices, tickets, credits and sessions."""
    user = locked(user)
    if user.pk == actor.user_id:
        raise Refused(YOURSELF, status=403)
    refuse_stronger(user, holds)
    ClientNote.objects.filter(user_id=user.pk).delete()
    events.emit(events.USER_DELETED, user, actor=actor)
    delete_record(user, actor=actor)


def _check_role(role_id: int | None, holds: Holds | None) -> None:
    if holds is None or role_id is None:
        return
    granted = Role.objects.get(pk=role_id).granted
    if beyond := not_held(sorted(granted), holds):
        raise Refused.on("role_id", NOT_HELD.format(", ".join(beyond)))


def refuse_stronger(user: User, holds: Holds | None) -> None:
    if holds is not None and not_held(user.permissions, holds):
        raise Refused(STRONGER, status=403)


def _hashed(values: dict[str, Any]) -> dict[str, Any]:
    if "password" in values:
        return {**values, "password": passwords.make(values["password"])}
    return values
