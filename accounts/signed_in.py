"""Who is signed in at a browser: Django's session and its row in `user_sessions` together.

Without the row, or with the wrong marks (`session_validation`), the session is over at its next
request, whoever removed the row: the person elsewhere, staff, PHP, a new password.
"""

import time
from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user, user_logged_in, user_logged_out
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.actions.user_sessions import begin_session, end_session, resume_session
from accounts.models import User
from accounts.rules.sessions import bound_by
from paymenter import options
from paymenter.middleware import OutsideApi

ULID, IP, AGENT = "user_session", "login_ip", "login_ua"  # Paymenter's names

KEPT, KEPT_AGAIN_AFTER = "kept_at", 600  # seconds


class Authentication(OutsideApi, AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _signed_in(request))  # type: ignore[assignment]


def _signed_in(request: HttpRequest) -> Any:
    user = get_user(request)
    if not isinstance(user, User):
        return user
    ip_address, agent = _marks(request)
    ulid = request.session.get(ULID, "")
    noted = resume_session(ulid, user, ip_address=ip_address, user_agent=agent)
    if noted is not None and _is_bound(request, user):
        if noted and time.time() - request.session.get(KEPT, 0) > KEPT_AGAIN_AFTER:
            request.session[KEPT] = int(time.time())  # stores it, and prolongs the cookie
        return user
    end_session(ulid)
    request.session.flush()
    return AnonymousUser()


def _is_bound(request: HttpRequest, user: User) -> bool:
    ip_address, agent = _marks(request)
    now = {"ip": (IP, ip_address), "user_agent": (AGENT, _digest(agent))}
    wanted = bound_by(
        str(options.get("session_validation", "none")), staff=user.role_id is not None
    )
    return all(request.session.get(now[mark][0]) == now[mark][1] for mark in wanted)


@receiver(user_logged_in)
def _begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A signal, so that no way of signing in forgets the row."""
    ip_address, agent = _marks(request)
    row = begin_session(user, ip_address=ip_address, user_agent=agent)
    request.session[ULID] = row.ulid
    request.session[IP], request.session[AGENT] = ip_address, _digest(agent)
    request.session[KEPT] = int(time.time())


@receiver(user_logged_out)
def _end(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if ulid := request.session.get(ULID):
        end_session(ulid)


def _marks(request: HttpRequest) -> tuple[str, str]:
    return request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
