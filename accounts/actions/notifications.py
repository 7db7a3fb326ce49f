"""Tells users what happened, in the words of staff's templates (Paymenter: NotificationHelper)."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from accounts.actions import mail_texts, mails, push
from accounts.actions.mails import NOTHING_ELSE, Extras
from accounts.models import Notification, NotificationPreference, NotificationTemplate, User
from paymenter.db.prepared import Lookup
from paymenter.laravel.blade import TemplateError, render
from paymenter.seed.templates import OURS

_TEMPLATES = Lookup(lambda: NotificationTemplate.objects.filter(enabled=True), "key")
_PREFERENCES = Lookup(lambda: NotificationPreference.objects.order_by("pk"), "user_id")

MAX_STRING = 255  # characters of a title and of an address
MAX_TEXT = 65_535  # bytes of a body

MAIL, IN_APP = "mail", "in_app"
ALL = (MAIL, IN_APP)
PRIVATE = frozenset(
    {"email_verification", "password_reset"}
)  # their links open accounts: no copies

log = logging.getLogger(__name__)


def notify_ahead(users: Collection[int], keys: Collection[str]) -> None:
    """Within `remembering()`: what telling these users will need is read for all at once."""
    _TEMPLATES.ahead(keys)
    _PREFERENCES.ahead(users)
    push.announce_ahead(users)


@transaction.atomic(savepoint=False)
def notify(
    user: User,
    key: str,
    *,
    data: Mapping[str, Any],
    extras: Extras = NOTHING_ELSE,
    channels: Collection[str] = ALL,
) -> Notification | None:
    """Queues the mail and stores what the user sees behind the bell (and returns that), each where
    template, preferences and settings want it. `extras.cc` and `bcc` are the template's.

    A template that goes wrong never undoes what it would tell: its mail is logged as failed, its
    in-app row left out.
    """
    template = _TEMPLATES.first(key) or _of_ours(key)
    if template is None:
        return None
    wanted = _wanted(user.pk, template, channels)
    if MAIL in wanted and mails.are_on():
        _mail(user, template, data, extras)
    return _tell(user.pk, template, data) if IN_APP in wanted else None


def _of_ours(key: str) -> NotificationTemplate | None:
    """Never stored: where staff have a row of this key, that counts."""
    ours = next((texts for texts in OURS if texts["key"] == key), None)
    if ours is None or NotificationTemplate.objects.filter(key=key).exists():
        return None
    return NotificationTemplate(**ours)


def _wanted(
    user_id: int, template: NotificationTemplate, channels: Collection[str]
) -> Collection[str]:
    is_stored = template.pk is not None
    asks = is_stored and any(template.is_choice(channel) for channel in channels)
    chosen = _preference(user_id, template.pk) if asks else None
    return [channel for channel in channels if template.is_on(channel, chosen)]


def _preference(user_id: int, template_id: int) -> NotificationPreference | None:
    rows = _PREFERENCES.of(user_id)
    return next((row for row in rows if row.notification_template_id == template_id), None)


def _mail(
    user: User, template: NotificationTemplate, data: Mapping[str, Any], extras: Extras
) -> None:
    whose: dict[str, Any] = {"user_id": user.pk, "to": user.email}
    try:
        subject = mail_texts.subject_of(template.subject, data)
        html = mail_texts.html_of(template.body, data)
    except TemplateError as error:
        log.warning("Mail %s for user %s not written: %s", template.key, user.pk, error)
        mails.note_unwritten(**whose, subject=template.subject, error=str(error))
        return
    copies = {} if template.key in PRIVATE else {"cc": template.cc or (), "bcc": template.bcc or ()}
    given = Extras(**copies, attachments=extras.attachments, headers=extras.headers)
    mails.queue_mail(**whose, subject=subject, html=html, extras=given)


def _tell(
    user_id: int, template: NotificationTemplate, data: Mapping[str, Any]
) -> Notification | None:
    try:
        texts = _in_app_texts(template, data)
    except TemplateError as error:
        log.warning("Notification %s for user %s left out: %s", template.key, user_id, error)
        return None
    notification: Notification = Notification.objects.create(user_id=user_id, **texts)
    push.announce(notification)
    return notification


def _in_app_texts(template: NotificationTemplate, data: Mapping[str, Any]) -> dict[str, Any]:
    title = render(template.in_app_title or "", data)
    body = render(template.in_app_body or "", data)
    url = None if template.in_app_url is None else render(template.in_app_url, data)
    if max(len(title), len(url or "")) > MAX_STRING or len(body.encode()) > MAX_TEXT:
        raise TemplateError(1, "title, text or address are too long to be stored")
    return {"title": title, "body": body, "url": url}
