"""What stands behind a user's bell, as staff put it there. Not audited, as in Paymenter."""

from typing import Any

from django.db import transaction

from accounts.actions import push
from accounts.models import Notification
from paymenter.actor import Actor
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
