"""The second factor of people: switched on by themselves with a code, off by them or by staff."""

from datetime import UTC, datetime, timedelta

import pyotp
from django.db import transaction

from accounts.actions.audits import HIDDEN, record_audit
from accounts.actions.login import CODE, CODE_LONG, CODE_NEEDED, CODE_WRONG, Throttled, step_of
from accounts.actions.spent import spend
from accounts.actions.users import refuse_stronger
from accounts.models import User, UserSession
from accounts.rules.grants import Holds
from paymenter import options
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

LENGTH = 32  # Paymenter: 160 random bits in base32
SPENT_FOR = timedelta(seconds=120)
ALREADY = "Two-factor sign-in is switched on already."
OWN = "Switch off your own at My account: it takes your password and a code."
NONE_THERE = "Two-factor sign-in is not switched on."


def new_secret() -> str:
    return pyotp.random_base32(LENGTH)


def address_of(user: User, secret: str) -> str:
    """What apps read from the QR code."""
    issuer = str(options.get("company_name", "Paymenter"))
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)


@transaction.atomic
def enable_two_factor(user: User, secret: str, code: str | None, *, actor: Actor) -> User:
    """Signs out everywhere; whoever is at it signs his own browser in again."""
    user = locked(user)
    if user.has_two_factor:
        raise Refused(ALREADY)
    _check(user, secret, code)
    user.tfa_secret = secret
    user.save(update_fields=["tfa_secret"])
    UserSession.objects.filter(user=user).delete()
    record_audit("updated", user, {"tfa_secret": None}, {"tfa_secret": HIDDEN}, actor=actor)
    return user


@transaction.atomic
def disable_two_factor(user: User, *, actor: Actor, holds: Holds | None = None) -> User:
    """holds: the rights of who does it for somebody else; None for the person, who has proven
    himself. Paymenter asks nothing."""
    user = locked(user)
    if holds is not None and user.pk == actor.user_id:
        raise Refused(OWN)
    refuse_stronger(user, holds)
    if not user.has_two_factor:
        raise Refused(NONE_THERE)
    user.tfa_secret = None
    user.save(update_fields=["tfa_secret"])
    UserSession.objects.filter(user=user).delete()
    record_audit("updated", user, {"tfa_secret": HIDDEN}, {"tfa_secret": None}, actor=actor)
    return user


def _check(user: User, secret: str, code: str | None) -> None:
    if not code:
        raise Refused.on("code", CODE_NEEDED)
    for limit in (CODE, CODE_LONG):
        if not (standing := limit.hit(user.pk)).allowed:
            raise Throttled(standing.retry_after)
    step = step_of(secret, code.replace(" ", ""))
    if step is None or not spend(f"totp:{user.pk}:{step}", datetime.now(UTC) + SPENT_FOR):
        raise Refused.on("code", CODE_WRONG)
    CODE.clear(user.pk)
