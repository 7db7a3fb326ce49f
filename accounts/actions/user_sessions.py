"""Signed-in devices: a row for each browser, in the table that Paymenter's account page lists."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.actions.users import refuse_stronger
from accounts.models import User, UserAuthenticationLog, UserSession
from accounts.rules.grants import Holds
from paymenter import ulids
from paymenter.actor import Actor
from paymenter.db.fields import now
from paymenter.db.locks import locked
from paymenter.errors import Refused

IDLE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
NOTED_AGAIN_AFTER = timedelta(seconds=60)
LONGEST_AGENT = 512


def begin_session(user: User, *, ip_address: str, user_agent: str) -> UserSession:
    """Also forgets those of the user that have run out."""
    UserSession.objects.filter(user=user).exclude(_alive()).delete()
    return UserSession.objects.create(
        ulid=ulids.new(),
        user=user,
        ip_address=ip_address or None,
        user_agent=user_agent[:LONGEST_AGENT],
        last_activity=now(),
    )


def resume_session(ulid: str, user: User, *, ip_address: str, user_agent: str) -> bool | None:
    """None when the session was ended or has run out; True when its activity was noted anew."""
    row = UserSession.objects.filter(_alive(), ulid=ulid, user=user).first()
    if row is None:
        return None
    agent = user_agent[:LONGEST_AGENT]
    moved = (row.ip_address or "", row.user_agent or "") != (ip_address, agent)
    if not moved and now() - row.last_activity < NOTED_AGAIN_AFTER:
        return False
    UserSession.objects.filter(pk=row.pk).update(
        last_activity=now(), ip_address=ip_address or None, user_agent=agent
    )
    return True


def end_session(ulid: str) -> None:
    UserSession.objects.filter(ulid=ulid).delete()


def sessions_of(user: User) -> Any:
    """Those that still count, the latest first."""
    return UserSession.objects.filter(_alive(), user=user).order_by("-last_activity", "-pk")


@transaction.atomic
def end_own_session(user: User, id: str, *, actor: Actor) -> None:
    """Raises Refused for what is not the user's."""
    found = UserSession.objects.filter(user=user, pk=id) if id.isdigit() else None
    if found is None or not found.delete()[0]:
        raise Refused("This device is not signed in any more.", status=404)


@transaction.atomic
def end_other_sessions(user: User, ulid: str, *, actor: Actor) -> None:
    UserSession.objects.filter(user=user).exclude(ulid=ulid).delete()


@transaction.atomic
def forget_address(user: User, id: str, *, actor: Actor) -> None:
    """The next sign-in from there is told of again."""
    found = UserAuthenticationLog.objects.filter(user=user, pk=id) if id.isdigit() else None
    if found is None or not found.delete()[0]:
        raise Refused("This address is forgotten already.", status=404)


@transaction.atomic
def delete_user_session(session: UserSession, *, actor: Actor, holds: Holds | None = None) -> None:
    """Signs the device out; `holds`: the rights of the person who does it."""
    session = locked(session)
    if session.user_id != actor.user_id:
        refuse_stronger(session.user, holds)
    session.delete()


def _alive() -> Q:
    """Paymenter: "remember me" ends at its date, others after two idle hours."""
    moment = now()
    return Q(expires_at__gt=moment) | Q(expires_at=None, last_activity__gt=moment - IDLE)
