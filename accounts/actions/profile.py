"""What people change about themselves."""

from typing import Any

from django.db import transaction

from accounts.actions.properties import store_properties
from accounts.actions.users import update_user
from accounts.models import User
from paymenter.actor import Actor


@transaction.atomic
def change_profile(
    user: User, *, changes: dict[str, Any], properties: dict[str, Any], actor: Actor
) -> User:
    """A new address is not verified any more; a new password signs out everywhere."""
    if "email" in changes and changes["email"] != user.email:
        changes = {**changes, "email_verified_at": None}
    if changes:
        user = update_user(user, actor=actor, **changes)
    store_properties(user, properties)
    return user
