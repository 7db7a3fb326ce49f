"""What stands behind a user's bell, as staff put it there. Not audited, as in Paymenter."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions import push
from accounts.models import Notification, User
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked


@transaction.atomic
def create_notification(*, actor: Actor, **values: Any) -> Notification:
    notification: Notification = Notification.objects.create(**values)
    push.announce(notification)
    return notification


@transaction.atomic
def update_notification(
    notification: Notification, *, actor: Actor, **changes: Any
) -> Notification:
    notification = locked(notification)
    if "read_at" in changes and changes["read_at"] != notification.read_at:
        notification.read_at = changes["read_at"]
        notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def delete_notification(notification: Notification, *, actor: Actor) -> None:
    locked(notification).delete()


def bell_of(user: User) -> QuerySet[Notification]:
    """What one's own bell shows; the rest is for pushes alone."""
    return Notification.objects.filter(user=user, show_in_app=True)


@transaction.atomic
def mark_read(notification: Notification) -> Notification:
    """Read once, it stays read since then."""
    notification = locked(notification)
    if notification.read_at is None:
        notification.read_at = fields.now()
        notification.save(update_fields=["read_at"])
    return notification


def mark_all_read(user: User, *, until: int | None = None) -> int:
    """How many; of those with an id up to `until`, so that what came meanwhile stays unread."""
    unread = bell_of(user).filter(read_at=None)
    unread = unread if until is None else unread.filter(pk__lte=until)
    return unread.update(read_at=fields.now())
