"""Changes of the installation's settings."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record
from paymenter import catalogue, options
from paymenter.actor import Actor
from paymenter.catalogue import Option
from paymenter.errors import Refused
from paymenter.laravel.crypt import DecryptError, encrypter
from paymenter.laravel.php import json_encode
from paymenter.laravel.validation import php_text
from paymenter.models import Setting


@transaction.atomic
def change_setting(
    option: Option, value: Any, *, actor: Actor, check: Callable[[], None] = lambda: None
) -> None:
    """The row that counts is the last one without owner; type and encryption are the catalogue's.

    `value` passed the option's own rules; `check` may raise while the row is locked.
    """
    row = _locked_row(option)
    check()
    if errors := catalogue.missing(option.key, {**_stored(), option.key: value}):
        raise Refused(errors=errors)
    _change(option, row, value, actor)
    transaction.on_commit(options.forget)


@transaction.atomic
def change_settings(values: Mapping[str, Any], *, actor: Actor) -> None:
    """Several at once, by key: all or none. What one of them needs may come with it."""
    found = [(catalogue.options()[key], value) for key, value in sorted(values.items())]
    rows = [_locked_row(option) for option, _ in found]
    wanted = {**_stored(), **values}
    errors: dict[str, list[str]] = {}
    for option, _ in found:
        errors |= catalogue.missing(option.key, wanted)
    if errors:
        raise Refused(errors=errors)
    for (option, value), row in zip(found, rows, strict=True):
        _change(option, row, value, actor)
    transaction.on_commit(options.forget)


def _locked_row(option: Option) -> Setting | None:
    rows = Setting.objects.select_for_update().filter(key=option.key, settingable_type=None)
    return rows.order_by("pk").last()


def _change(option: Option, row: Setting | None, value: Any, actor: Actor) -> None:
    text = _text(option, value)
    wanted = {"value": text, "type": option.type, "encrypted": option.is_secret}
    if row is None:
        create_record(Setting, {"key": option.key, **_encrypted(wanted)}, actor=actor)
    elif _plain(row) != text or (row.type, row.encrypted) != (option.type, option.is_secret):
        change_record(row, _encrypted(wanted), actor=actor)


def _stored() -> dict[str, Any]:
    """Read anew: another process may have just changed what this one depends on."""
    options.forget()
    return dict(options.read())


def _text(option: Option, value: Any) -> str | None:
    """As the column holds it, before encryption."""
    match option.kind:
        case catalogue.FLAG:
            return "1" if value else "0"
        case catalogue.LIST:
            return json_encode(value)
    return None if value is None else php_text(str(value))


def _plain(row: Setting) -> str | None:
    try:
        return encrypter().decrypt_string(row.value) if row.encrypted and row.value else row.value
    except DecryptError:
        return None


def _encrypted(values: dict[str, Any]) -> dict[str, Any]:
    if not values["encrypted"] or values["value"] is None:
        return values
    return {**values, "value": encrypter().encrypt_string(values["value"])}
