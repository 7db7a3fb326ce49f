"""People who make an account for themselves; nobody gives himself a role here."""

from typing import Any

from django.db import transaction

from accounts.actions.login import note_login
from accounts.actions.properties import store_properties
from accounts.actions.users import create_user
from accounts.models import User
from paymenter import options
from paymenter.actor import Actor
from paymenter.rate_limits import Limit

ADDRESS = Limit("registration", 10, 60 * 60)  # each answer says whether an e-mail address is taken


def is_open() -> bool:
    return not options.flag("registration_disabled")


@transaction.atomic
def register(
    *,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    properties: dict[str, Any],
    actor: Actor,
) -> User:
    """All was checked; the new user counts as signed in."""
    user = create_user(
        first_name=first_name, last_name=last_name, email=email, password=password, actor=actor
    )
    store_properties(user, properties)
    note_login(user, actor=actor)
    return user
