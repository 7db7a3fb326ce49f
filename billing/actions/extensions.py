"""What gateways and servers share: rows of one table, each with its settings."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from accounts.actions.audits import HIDDEN, record_audit
from accounts.actions.records import change_record, create_record
from billing.rules.extension_settings import Catalogue, settings_of
from paymenter import options
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.laravel.crypt import encrypter
from paymenter.models import Extension, Setting

_E = TypeVar("_E", bound=Extension)
Owner = Any  # a record with `settings`

Given = Mapping[str, str | None]


def create_extension(
    model: type[_E], type: str, catalogue: Catalogue, values: dict[str, Any], *, actor: Actor
) -> _E:
    settings: Given = values.pop("settings", {})
    record = create_record(model, {**values, "type": type}, actor=actor)
    set_settings(record, settings, _secrets(record, catalogue), actor=actor)
    return record


def update_extension(
    record: _E, catalogue: Catalogue, changes: dict[str, Any], *, actor: Actor
) -> _E:
    """Settings that are not named stay."""
    settings: Given = changes.pop("settings", {})
    record = locked(record)
    change_record(record, changes, actor=actor)
    set_settings(record, settings, _secrets(record, catalogue), actor=actor)
    return record


def _secrets(record: Extension, catalogue: Catalogue) -> set[str]:
    settings = settings_of(catalogue, record.extension).values()
    return {setting.key for setting in settings if setting.secret}


def set_settings(
    owner: Owner,
    values: Given,
    secrets: Collection[str],
    *,
    actor: Actor,
    lists: Collection[str] = (),
) -> None:
    """Those not named stay. What is named in `lists` is JSON."""
    rows = {row.key: row for row in owner.settings.select_for_update().order_by("-pk")}
    for key, value in values.items():
        row, secret = rows.get(key), key in secrets
        if row is None and value is not None:
            row = Setting(key=key, **_belonging_to(owner))
        elif row is None or _holds(row, value, secret):
            continue
        row.type = "array" if key in lists else "string"
        _store(row, value, secret, actor=actor)


def _holds(row: Setting, value: str | None, secret: bool) -> bool:
    stored = options.typed(row.value, "string", row.encrypted)
    return (stored or None) == (value or None) and row.encrypted == secret


def _store(row: Setting, value: str | None, secret: bool, *, actor: Actor) -> None:
    """A secret is in no audit, neither the new nor the old one."""
    is_new = row.pk is None
    before = {} if is_new else {"value": HIDDEN if secret or row.encrypted else row.value}
    row.value = encrypter().encrypt_string(value) if secret and value else value
    row.encrypted = secret
    row.save()
    after: dict[str, Any] = {"value": HIDDEN if secret else value}
    if is_new:
        names = ("key", "type", "encrypted", "settingable_type", "settingable_id", "id")
        after = {**after, **{name: getattr(row, name) for name in names}}
    record_audit("created" if is_new else "updated", row, before, after, actor=actor)


def _belonging_to(owner: Owner) -> dict[str, Any]:
    columns: dict[str, Any] = type(owner).settings.columns(owner)
    return columns
