"""The installation's VAPID keys, which name it to push services.

Paymenter: both encrypted in `settings`, made when the first one asks and they are too short.
"""

from django.db import transaction

from accounts.actions.records import change_record, create_record
from accounts.rules import web_push
from accounts.rules.web_push import Keys
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db.locks import locked, persistent
from paymenter.errors import Refused
from paymenter.laravel.crypt import encrypter
from paymenter.models import Migration, Setting

PUBLIC, PRIVATE = "vapid_public_key", "vapid_private_key"

UNREADABLE = (
    "The VAPID keys cannot be decrypted with APP_KEY. Set the APP_KEY (or APP_PREVIOUS_KEYS) that "
    "they were stored with: new keys would end all subscriptions."
)


def keys() -> Keys:
    """Made where there are none. Refused where they are stored and cannot be read."""
    found = Keys(str(options.get(PUBLIC, "")), str(options.get(PRIVATE, "")))
    return found if web_push.are_complete(found) else persistent(_made)


def _made() -> Keys:
    """Of many at once one makes them: the oldest row of `migrations` is always there to hold."""
    anchor = Migration.objects.order_by("pk").first()
    if anchor is not None:
        locked(anchor)
    found = Keys(_stored(PUBLIC), _stored(PRIVATE))
    if not web_push.are_complete(found):
        found = web_push.new_keys()
        _store(PUBLIC, found.public)
        _store(PRIVATE, found.private)
    transaction.on_commit(options.forget)
    return found


def _row(key: str) -> Setting | None:
    return Setting.objects.filter(key=key, settingable_type=None).order_by("pk").last()


def _stored(key: str) -> str:
    """Past the memory of `options`, which may be of before the lock."""
    row = _row(key)
    if row is None or not row.value:
        return ""
    text = options.typed(row.value, "string", row.encrypted)
    if text is None:
        raise Refused(UNREADABLE, status=503)
    return str(text)


def _store(key: str, text: str) -> None:
    values = {"value": encrypter().encrypt_string(text), "type": "string", "encrypted": True}
    row = _row(key)
    if row is None:
        create_record(Setting, {"key": key, **values}, actor=SYSTEM)
    else:
        change_record(row, values, actor=SYSTEM)
