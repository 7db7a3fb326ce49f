"""The settings of gateways and servers as one object: what a client may write and what it sees."""

from collections.abc import Iterable
from typing import Any, ClassVar

from billing.rules.extension_settings import Catalogue, Setting, settings_of
from paymenter import options
from paymenter.db.morph import class_name
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.input import Field
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.statements import Row
from paymenter.laravel.validation import (
    REQUIRED,
    Boolean,
    Given,
    Max,
    Rule,
    Schema,
    String,
    Url,
    is_missing,
    is_readable,
)
from paymenter.models import Setting as StoredSetting

SHOWN: Schema = {
    "type": ["object", "null"],
    "description": "By name; of a secret only whether it is set. Null where it is included.",
    "additionalProperties": {"type": ["string", "boolean", "null"]},
}

_RULES: dict[str, tuple[Rule, ...]] = {
    "text": (String(), Max(2000)),
    "url": (String(), Max(2000), Url()),
    "switch": (Boolean(),),
}


class Settings(Field):
    """Of the extension that is created or changed; those not named stay."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(default={})
        self.catalogue = catalogue

    def refusals(self, given: Given) -> dict[str, list[str]]:
        if not isinstance(given.value, dict):
            return {given.name: [given.say("The {} field must be an array.")]}
        known = self._known(given)
        errors = {
            f"{given.name}.{key}": [f"There is no setting {key} of this extension."]
            for key in given.value
            if key not in known
        }
        for setting in known.values():
            if text := self._text(setting, given):
                errors[f"{given.name}.{setting.key}"] = [text]
        return errors

    def stored(self, given: Given) -> dict[str, str | None]:
        known = self._known(given)
        return {key: _text_of(known[key], value) for key, value in given.value.items()}

    def schema(self) -> Schema:
        known = [setting for settings in self.catalogue.values() for setting in settings]
        kinds: Schema = {"type": ["string", "boolean", "integer", "null"]}
        return {"type": "object", "properties": {setting.key: kinds for setting in known}}

    def _known(self, given: Given) -> dict[str, Setting]:
        kept = getattr(given.instance, "extension", None)
        return settings_of(self.catalogue, str(kept or given.data.get("extension")))

    @staticmethod
    def _text(setting: Setting, given: Given) -> str | None:
        name = f"{given.name}.{setting.key}"
        sent = setting.key in given.value
        value = given.value.get(setting.key)
        if is_missing(value):
            needed = setting.required and (sent or given.instance is None)
            return REQUIRED.format(name) if needed else None
        one = Given(name, value, given.value)
        texts = (rule.text(one) for rule in _RULES[setting.kind])
        fine = "" if is_readable(value) else f"The {name} field format is invalid."
        return fine or next((text for text in texts if text), None)


def _text_of(setting: Setting, value: Any) -> str | None:
    if setting.kind == "switch" and value is not None:
        return "1" if value in (True, "1") else "0"
    return value if value else None


class SettingsDocuments(Documents):
    """Documents with the settings of the primary records, by one query for all of them."""

    def __init__(self, plain: Documents, catalogue: Catalogue) -> None:
        super().__init__(plain.tree, plain.fields, plain.may_view)
        self.catalogue = catalogue

    def many(self, resource: type[Resource], rows: Iterable[Row]) -> Object:
        rows = list(rows)
        document = super().many(resource, rows)
        self._fill(resource, rows, document["data"])
        return document

    def one(self, resource: type[Resource], row: Row) -> Object:
        document = super().one(resource, row)
        self._fill(resource, [row], [document["data"]])
        return document

    def _fill(self, resource: type[Resource], rows: list[Row], objects: list[Object]) -> None:
        if not any("settings" in each.get("attributes", {}) for each in objects):
            return
        name_at = resource.columns().index("extension")
        stored = _stored(resource, [row[0] for row in rows])
        for row, each in zip(rows, objects, strict=True):
            known = settings_of(self.catalogue, row[name_at])
            each["attributes"]["settings"] = _shown(known, stored.get(row[0], {}))


class WithSettings:
    """A viewset whose records show their settings."""

    catalogue: ClassVar[Catalogue]

    def documents(self, asked: Object, given: Object) -> Documents:
        plain: Documents = super().documents(asked, given)  # type: ignore[misc]
        return SettingsDocuments(plain, self.catalogue)


def _stored(resource: type[Resource], ids: list[int]) -> dict[int, dict[str, StoredSetting]]:
    owners = {"settingable_type": class_name(resource.model), "settingable_id__in": ids}
    found: dict[int, dict[str, StoredSetting]] = {}
    for row in StoredSetting.objects.filter(**owners).order_by("pk"):
        found.setdefault(row.settingable_id or 0, {})[row.key] = row
    return found


def _shown(known: dict[str, Setting], stored: dict[str, StoredSetting]) -> Object:
    """What is not known here may be a secret, so it is treated as one."""
    return {
        key: _value(known.get(key), stored.get(key)) for key in dict.fromkeys([*known, *stored])
    }


def _value(setting: Setting | None, row: StoredSetting | None) -> Any:
    value = options.typed(row.value, "string", row.encrypted) if row else None
    if setting is None or setting.secret or (row and row.encrypted):
        return bool(value)
    return value not in (None, "", "0") if setting.kind == "switch" else value
