"""Acting as somebody for a while, to see what he sees; noted with who does it."""

from datetime import timedelta

from django.db import transaction

from accounts.actions.audits import record_audit
from accounts.actions.tokens import issue_impersonation
from accounts.models import User
from accounts.rules.grants import Holds, not_held
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.errors import Refused

LIFETIME = timedelta(minutes=15)
NOT_A_PERSON = "Only a person can impersonate somebody: an API key is nobody."
YOURSELF = "You cannot impersonate yourself."
STRONGER = "You cannot impersonate somebody who may do what you may not."
TWICE = "You are acting as somebody already."


@transaction.atomic
def impersonate(user: User, *, actor: Actor, holds: Holds | None) -> str:
    """A token with the rights of the user that names who holds it."""
    _check(user, actor, holds)
    new = {"by": actor.user_id, "until": str(fields.now() + LIFETIME)}
    record_audit("impersonated", user, {}, new, actor=actor)
    return issue_impersonation(user, by=User.objects.get(pk=actor.user_id), lifetime=LIFETIME)


def _check(user: User, actor: Actor, holds: Holds | None) -> None:
    if actor.user_id is None or holds is None:
        raise Refused(NOT_A_PERSON, status=403)
    if actor.behind is not None:
        raise Refused(TWICE, status=403)
    if actor.user_id == user.pk:
        raise Refused(YOURSELF, status=403)
    if not_held(user.permissions, holds):
        raise Refused(STRONGER, status=403)
