"""Single properties, as staff write them: audited, and within their definition."""

from typing import Any

from django.db import transaction

from accounts.actions.properties import choices_of
from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import CustomProperty, Property
from accounts.rules import properties as rules
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused
from paymenter.laravel.validation import is_missing, php_text


@transaction.atomic
def create_property(
    *, actor: Actor, model_type: str, model_id: int, key: str, **values: Any
) -> Property:
    """A key without a definition is free, as are those that server modules keep on a service."""
    owner = {"model_type": model_type, "model_id": model_id}
    if Property.objects.filter(key=key, **owner).exists():
        raise Refused.on("key", "The key has already been taken.")
    definition = CustomProperty.objects.filter(key=key, model=model_type).first()
    row: dict[str, Any] = {
        "custom_property_id": definition.pk if definition else None,
        "name": definition.name if definition else values.get("name"),
        "key": key,
        "value": _checked(key, values.get("value"), definition),
        **owner,
    }
    return create_record(Property, row, actor=actor)


@transaction.atomic
def update_property(record: Property, *, actor: Actor, **changes: Any) -> Property:
    """The name of a defined property is that of its definition."""
    record = locked(record)
    definition: CustomProperty | None = record.custom_property
    if definition is not None:
        changes.pop("name", None)
    if "value" in changes:
        changes["value"] = _checked(record.key, changes["value"], definition)
    change_record(record, changes, actor=actor)
    return record


@transaction.atomic
def delete_property(record: Property, *, actor: Actor) -> None:
    delete_record(locked(record), actor=actor)


def _checked(key: str, value: Any, definition: CustomProperty | None) -> str:
    """As stored; raises Refused."""
    text = rules.text_of(
        key,
        value,
        required=definition.required if definition else True,
        rules=(definition.validation or "") if definition else "",
        choices=choices_of(definition) if definition else None,
    )
    if text is not None:
        raise Refused.on("value", text)
    return "" if is_missing(value) else php_text(value)
