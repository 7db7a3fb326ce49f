"""Tells users what happened, in the words of staff's templates (Paymenter: NotificationHelper)."""

import logging
from collections.abc import Mapping
from typing import Any

from accounts.models import Notification, NotificationPreference, NotificationTemplate, User
from paymenter.laravel.blade import TemplateError, render

MAX_STRING = 255  # characters of a title and of an address
MAX_TEXT = 65_535  # bytes of a body

log = logging.getLogger(__name__)


def notify(user: User, key: str, *, data: Mapping[str, Any]) -> Notification | None:
    """Stores what the user sees behind the bell; None where nobody wants to tell or to hear it."""
    template = template_for(user.pk, key)
    return tell(user.pk, template, data=data) if template else None


def template_for(user_id: int, key: str) -> NotificationTemplate | None:
    """The template by which this user is told; None where nobody wants to tell or to hear it."""
    template = NotificationTemplate.objects.filter(key=key, enabled=True).first()
    return template if template and wants_in_app(user_id, template) else None


def tell(
    user_id: int, template: NotificationTemplate, *, data: Mapping[str, Any]
) -> Notification | None:
    """A template that goes wrong is logged and left out: it never undoes what it would tell."""
    try:
        texts = _in_app_texts(template, data)
    except TemplateError as error:
        log.warning("Notification %s for user %s left out: %s", template.key, user_id, error)
        return None
    return Notification.objects.create(user_id=user_id, **texts)


def wants_in_app(user_id: int, template: NotificationTemplate) -> bool:
    preference = template.preferences.filter(user_id=user_id).order_by("pk").first()
    return _is_on(template.in_app_enabled, preference, "in_app_enabled")


def _is_on(state: str, preference: NotificationPreference | None, channel: str) -> bool:
    """`force` and `never` leave no choice; without one of the user's the template's counts."""
    states = NotificationTemplate.Channel
    if state in (states.FORCE, states.NEVER):
        return state == states.FORCE
    return state == states.CHOICE_ON if preference is None else getattr(preference, channel)


def _in_app_texts(template: NotificationTemplate, data: Mapping[str, Any]) -> dict[str, Any]:
    title = render(template.in_app_title or "", data)
    body = render(template.in_app_body or "", data)
    url = None if template.in_app_url is None else render(template.in_app_url, data)
    if max(len(title), len(url or "")) > MAX_STRING or len(body.encode()) > MAX_TEXT:
        raise TemplateError(1, "title, text or address are too long to be stored")
    return {"title": title, "body": body, "url": url}
