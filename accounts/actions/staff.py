"""Who may enter the staff console."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions.users import create_user, update_user
from accounts.models import Role, User
from accounts.rules.permissions import EVERYTHING
from paymenter.actor import Actor
from paymenter.db.fields import now
from paymenter.errors import Refused

ADMIN_ROLE = "admin"
MIN_PASSWORD = 8


@transaction.atomic
def grant_admin(email: str, password: str | None = None, *, actor: Actor) -> tuple[User, bool]:
    """Give the user the role `admin`, and make the user where there is none (then True).

    An existing user keeps the password unless a new one is given. No mail is sent.
    """
    if password is not None and len(password) < MIN_PASSWORD:
        raise Refused.on("password", f"The password must be at least {MIN_PASSWORD} characters.")
    user = User.objects.with_email(email)
    changes: dict[str, Any] = {"role_id": _admin_role().pk}
    if password is not None:
        changes["password"] = password
    if user:
        return update_user(user, actor=actor, **changes), False
    if password is None:
        raise Refused.on("password", "A new user needs a password.")
    # verified: the operator vouches for the address
    return create_user(actor=actor, email=_email(email), email_verified_at=now(), **changes), True


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Refused.on("email", f"{text} is no e-mail address.") from None
    return text


def _admin_role() -> Role:
    """The role that every installation has, made again where somebody deleted it."""
    role, _ = Role.objects.get_or_create(name=ADMIN_ROLE, defaults={"permissions": [EVERYTHING]})
    return role
