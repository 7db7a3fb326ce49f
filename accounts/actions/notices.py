"""What people are told about their accounts."""

import hashlib
from datetime import timedelta

from django.conf import settings

from accounts.actions.notifications import notify
from accounts.actions.shown import CATALOGUE
from accounts.models import User
from paymenter.db import fields
from paymenter.db.presented import present
from paymenter.laravel import signed_urls
from paymenter.laravel.routes import absolute

VALID = timedelta(minutes=60)


def verify_email(user: User) -> None:
    data = {"user": present(user, CATALOGUE), "url": verification_url(user)}
    notify(user, "email_verification", data=data)


def reset_password(user: User, *, url: str) -> None:
    """`url` holds the token."""
    notify(user, "password_reset", data={"user": present(user, CATALOGUE), "url": url})


def verification_url(user: User) -> str:
    digest = hashlib.sha1(user.email.encode()).hexdigest()  # noqa: S324 (Laravel's)
    return signed_urls.temporary(
        absolute(f"email/verify/{user.pk}/{digest}"),
        expires_at=fields.now() + VALID,
        keys=settings.APP_KEYS,
    )
