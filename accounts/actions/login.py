"""Signing in: limits, captcha, password, second factor, and what is noted of it."""

import time
from datetime import UTC, datetime, timedelta

import pyotp
from django.db import transaction
from pyotp.utils import strings_equal

from accounts.actions.captcha import check_captcha
from accounts.actions.spent import spend
from accounts.backends import RoleBackend
from accounts.models import User, UserAuthenticationLog
from accounts.rules.devices import device_label
from paymenter import events
from paymenter.actor import Actor
from paymenter.db import zone
from paymenter.db.fields import now
from paymenter.errors import Refused
from paymenter.laravel import passwords
from paymenter.laravel.crypt import DecryptError
from paymenter.rate_limits import Limit

# Paymenter has the first alone, which many addresses, or many accounts, get around.
PAIR = Limit("login", 5, 60)  # e-mail and address; begins anew after a success
ACCOUNT = Limit("login-account", 30, 15 * 60)  # does not lock the owner out: see _known_here
ADDRESS = Limit("login-address", 100, 15 * 60)
CODE = Limit("2fa", 5, 60)
CODE_LONG = Limit("2fa-long", 30, 60 * 60)  # against weeks of guessing
PASSWORD = Limit("current-password", 5, 60)

STEP = 30  # seconds
DRIFT = 1  # steps before and after

WRONG = "These credentials do not match our records."
THROTTLED = "Too many attempts. Please try again in {} seconds."
CODE_NEEDED = "The two-factor code is required."
CODE_WRONG = "The two-factor code is not right or was used before."
CODE_BROKEN = "The two-factor secret cannot be read. Ask support to reset it."
PASSWORD_WRONG = "The password is incorrect."


class Throttled(Refused):
    def __init__(self, seconds: int) -> None:
        super().__init__(THROTTLED.format(seconds), status=429)
        self.retry_after = seconds


def log_in(
    email: str,
    password: str,
    *,
    code: str | None = None,
    captcha: str | None = None,
    actor: Actor,
) -> User:
    """The user, if all is right; else Refused, with 401 for a wrong address or password."""
    _count_attempt(email, actor)
    check_captcha(captcha, actor.ip_address)
    user = RoleBackend().authenticate(None, username=email, password=password)
    if user is None:
        raise Refused(WRONG, status=401)
    if user.has_two_factor:
        check_code(user, code)
    PAIR.clear(email.casefold(), actor.ip_address)
    ACCOUNT.clear(email.casefold())
    _renew_hash(user, password)
    note_login(user, actor=actor)
    return user


def check_code(user: User, code: str | None) -> None:
    """Raises Refused unless it is a code of now, not used before."""
    if not code:
        raise Refused.on("code", CODE_NEEDED)
    for limit in (CODE, CODE_LONG):
        if not (standing := limit.hit(user.pk)).allowed:
            raise Throttled(standing.retry_after)
    step = _step_of(user, code.replace(" ", ""))
    until = datetime.now(UTC) + timedelta(seconds=STEP * (2 * DRIFT + 2))
    if step is None or not spend(f"totp:{user.pk}:{step}", until):
        raise Refused.on("code", CODE_WRONG)
    CODE.clear(user.pk)


def check_current_password(user: User, password: object) -> None:
    """For what a stolen session must not do; raises Refused on `current_password`."""
    if not (standing := PASSWORD.hit(user.pk)).allowed:
        raise Throttled(standing.retry_after)
    if not isinstance(password, str) or not user.check_password(password):
        raise Refused.on("current_password", PASSWORD_WRONG)
    PASSWORD.clear(user.pk)


@transaction.atomic
def note_login(user: User, *, actor: Actor) -> None:
    """Remembers the address; of one that is new the user is told."""
    logs = UserAuthenticationLog.objects.filter(user=user, ip_address=actor.ip_address)
    if logs.update(last_used_at=now()):
        return
    UserAuthenticationLog.objects.create(user=user, ip_address=actor.ip_address)
    events.emit(
        events.USER_LOGGED_IN,
        user,
        actor=actor,
        ip=actor.ip_address,
        device=device_label(actor.user_agent),
        time=str(zone.naive(now())),
    )


def _count_attempt(email: str, actor: Actor) -> None:
    standing = PAIR.hit(email.casefold(), actor.ip_address)
    if standing.allowed:
        standing = ADDRESS.hit(actor.ip_address)
    if standing.allowed:
        standing = ACCOUNT.hit(email.casefold())
        if not standing.allowed and _known_here(email, actor.ip_address):
            return
    if not standing.allowed:
        raise Throttled(standing.retry_after)


def _known_here(email: str, ip_address: str) -> bool:
    """Whether this person has signed in from there before: strangers cannot lock him out."""
    user = User.objects.with_email(email)
    logs = UserAuthenticationLog.objects
    return user is not None and logs.filter(user=user, ip_address=ip_address).exists()


def _step_of(user: User, code: str) -> int | None:
    """The time step whose code this is."""
    try:
        return step_of(user.tfa_secret or "", code)
    except (DecryptError, ValueError):
        raise Refused.on("code", CODE_BROKEN) from None


def step_of(secret: str, code: str) -> int | None:
    totp = pyotp.TOTP(secret, interval=STEP)
    current = int(time.time()) // STEP
    steps = range(current - DRIFT, current + DRIFT + 1)
    return next((step for step in steps if strings_equal(totp.generate_otp(step), code)), None)


def _renew_hash(user: User, password: str) -> None:
    """ADR 0002. Nobody loses a password that was changed in the meantime."""
    if passwords.needs_rehash(user.password):
        renewed = passwords.make(password)
        if User.objects.filter(pk=user.pk, password=user.password).update(password=renewed):
            user.password = renewed
