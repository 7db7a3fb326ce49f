from django.db import transaction

from accounts.models import UserSession
from paymenter.actor import Actor
from paymenter.db.locks import locked


@transaction.atomic
def delete_user_session(session: UserSession, *, actor: Actor) -> None:
    """Signs the device out."""
    locked(session).delete()
