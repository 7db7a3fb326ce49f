"""Push messages to people's browsers: who gets them, and the way of each.

A notification and the jobs that push it are one transaction. A worker that is killed may push a
message twice. Subscriptions are not audited, as in Paymenter.
"""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import push_keys
from accounts.models import Notification, NotificationSubscription, User
from accounts.rules import web_push
from accounts.rules.webhooks import asked_wait
from paymenter import http, options
from paymenter.db.locks import locked
from paymenter.db.prepared import Lookup
from paymenter.errors import Refused
from paymenter.jobs import GiveUp, TryLater, job
from paymenter.laravel.crypt import DecryptError
from paymenter.laravel.routes import absolute

TTL = 4 * 7 * 24 * 3600  # seconds for which a push service keeps what a browser does not fetch
GONE = frozenset({404, 410})
BUSY = frozenset({408, 425, 429})  # and 5xx: tried again
LONGEST_WAIT = timedelta(days=1)  # that a service may ask for
MAX_ENDPOINT = 255  # characters
MAX_BROWSERS = 20  # of a person

NOT_ALLOWED = "This is no https address of a push service that browsers use."
TOO_LONG = f"The endpoint must not be greater than {MAX_ENDPOINT} characters."
NO_KEYS = "The keys must be those of the browser's subscription: p256dh and auth."
TOO_MANY = f"At most {MAX_BROWSERS} browsers get push messages: delete one first."
UNREADABLE = "The keys of this subscription cannot be decrypted with APP_KEY, or are none."

_OF_USER = Lookup(lambda: NotificationSubscription.objects.order_by("pk"), "user_id")


@transaction.atomic
def subscribe(user: User, *, endpoint: str, p256dh: str, auth: str) -> NotificationSubscription:
    """The endpoint's row, with these keys and of this user, whosever it was: a browser has one
    endpoint, and who is signed in there now is who gets messages."""
    _check(endpoint, p256dh, auth)
    rows = NotificationSubscription.objects
    found = rows.filter(endpoint=endpoint).first()
    _check_number(user, found)
    values = {"user_id": user.pk, "endpoint": endpoint, "p256dh_key": p256dh, "auth_key": auth}
    if found is None:
        try:
            with transaction.atomic():
                return rows.create(**values)
        except IntegrityError:  # another request was faster
            found = rows.get(endpoint=endpoint)
    found = locked(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    return found


@transaction.atomic
def unsubscribe(subscription: NotificationSubscription) -> None:
    locked(subscription).delete()


def announce_ahead(users: Collection[int]) -> None:
    """Within `remembering()`."""
    _OF_USER.ahead(users)


def announce(notification: Notification) -> None:
    """A job for each browser of the user, in the caller's transaction."""
    if not notification.show_as_push:
        return
    for subscription in _OF_USER.of(notification.user_id):
        push.enqueue(notification_id=notification.pk, subscription_id=subscription.pk)


@job(attempts=8, deadline=30)
def push(notification_id: int, subscription_id: int) -> None:
    """Nothing where either is gone, or the browser is somebody else's by now."""
    notification = Notification.objects.filter(pk=notification_id).first()
    if notification is None:
        return
    mine = NotificationSubscription.objects.filter(user_id=notification.user_id)
    subscription = mine.filter(pk=subscription_id).first()
    if subscription is None:
        return
    if not web_push.is_allowed(subscription.endpoint):
        raise GiveUp(NOT_ALLOWED)
    answer = _send(subscription, _message(notification))
    if answer.status in GONE:
        subscription.delete()
    elif answer.status in BUSY or answer.status >= 500:
        asked = asked_wait(answer.headers.get("retry-after"), timezone.now())
        wait = min(asked, LONGEST_WAIT)
        raise TryLater(f"The push service answered {answer.status}.", wait=wait)
    elif not 200 <= answer.status < 300:
        raise GiveUp(f"The push service answered {answer.status}: {answer.text[:200]}")


def _send(subscription: NotificationSubscription, message: bytes) -> http.Answer:
    """Raises http.OutgoingError where there is no answer."""
    endpoint = subscription.endpoint
    try:
        keys = subscription.p256dh_key, subscription.auth_key
        content = web_push.encrypted(message, p256dh=keys[0], auth=keys[1])
    except (DecryptError, ValueError) as error:
        raise GiveUp(UNREADABLE) from error
    try:
        own = push_keys.keys()
        subject = absolute("")
        headers = web_push.headers(endpoint, own, subject=subject, ttl=TTL)
    except (Refused, ValueError) as error:
        raise GiveUp(f"The VAPID keys are unusable: {error}") from error
    try:
        return http.post(endpoint, content=content, headers={**headers, "Urgency": "normal"})
    except http.AddressRefused as error:
        raise GiveUp(str(error)) from error


def _message(notification: Notification) -> bytes:
    """JSON for the service worker; of a body that is too long, the beginning."""
    logo = _logo()
    content = {
        "title": notification.title,
        "body": notification.body,
        "icon": logo,
        "badge": logo,
        "url": notification.url,
        "show_in_app": notification.show_in_app,
        "show_as_push": notification.show_as_push,
    }
    body, message = notification.body, _json(content)
    while len(message) > web_push.MOST and body:
        body = body[: min(len(body) * 9 // 10, web_push.MOST)]
        message = _json({**content, "body": f"{body}…"})
    return message


def _logo() -> str | None:
    file = options.get("logo")
    return absolute(f"/storage/{str(file).lstrip('/')}") if file else None


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    errors = {}
    if len(endpoint) > MAX_ENDPOINT:
        errors["endpoint"] = [TOO_LONG]
    elif not web_push.is_allowed(endpoint):
        errors["endpoint"] = [NOT_ALLOWED]
    if not web_push.are_keys(p256dh, auth):
        errors["keys"] = [NO_KEYS]
    if errors:
        raise Refused(errors=errors)


def _check_number(user: User, found: NotificationSubscription | None) -> None:
    if found is not None and found.user_id == user.pk:
        return
    if NotificationSubscription.objects.filter(user_id=user.pk).count() >= MAX_BROWSERS:
        raise Refused.on("endpoint", TOO_MANY)
