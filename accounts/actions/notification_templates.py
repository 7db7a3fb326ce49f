"""The texts of mails and notifications."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record
from accounts.models import NotificationTemplate
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.laravel.validation import REQUIRED, is_missing

_IN_APP = ("in_app_title", "in_app_body")


@transaction.atomic
def update_notification_template(
    template: NotificationTemplate, *, actor: Actor, **changes: Any
) -> NotificationTemplate:
    template = locked(template)
    _check_in_app(template, changes)
    change_record(template, changes, actor=actor)
    return template


def _check_in_app(template: NotificationTemplate, changes: dict[str, Any]) -> None:
    """What is shown behind the bell needs texts; looked at only where this request is about it."""
    if not {"in_app_enabled", *_IN_APP} & set(changes):
        return
    state = changes.get("in_app_enabled", template.in_app_enabled)
    if state == NotificationTemplate.Channel.NEVER:
        return
    errors = {
        name: [REQUIRED.format(name.replace("_", " "))]
        for name in _IN_APP
        if is_missing(changes.get(name, getattr(template, name)))
    }
    if errors:
        raise Refused(errors=errors)
