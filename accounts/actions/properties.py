"""What people tell of themselves beside name and address: the custom properties of users."""

from collections.abc import Mapping
from typing import Any

from accounts.models import CustomProperty, Property, User
from accounts.rules import properties as rules
from paymenter.db.morph import class_name
from paymenter.laravel.validation import is_missing, php_text

Errors = dict[str, list[str]]


def refused_properties(given: Any, user: User | None = None) -> Errors:
    """Texts by `properties.<key>`. Of a user who exists only what he sends is looked at."""
    values = _mapping(given)
    errors: Errors = {}
    for each in _definitions():
        if user is not None and each.key not in values:
            continue
        text = rules.text_of(
            each.key,
            values.get(each.key),
            required=each.required,
            rules=each.validation or "",
            choices=choices_of(each),
        )
        if text is not None:
            errors[f"properties.{each.key}"] = [text]
    return errors


def store_properties(user: User, given: Any) -> None:
    """Those with a definition; one that cannot be edited stays as it is. Not audited, as in PHP."""
    values, owner = _mapping(given), class_name(User)
    stored = {p.key: p for p in Property.objects.filter(model_type=owner, model_id=user.pk)}
    for each in _definitions():
        if each.key not in values or (each.non_editable and each.key in stored):
            continue
        value = "" if is_missing(values[each.key]) else php_text(values[each.key])
        Property.objects.update_or_create(
            key=each.key,
            model_type=owner,
            model_id=user.pk,
            defaults={"custom_property": each, "name": each.name, "value": value},
        )


def properties_of(user: User) -> dict[str, str]:
    rows = Property.objects.filter(model_type=class_name(User), model_id=user.pk).order_by("pk")
    return dict(rows.values_list("key", "value"))


def choices_of(definition: CustomProperty) -> list[str] | None:
    """Paymenter lets any text pass."""
    values: Any = definition.allowed_values
    if definition.type not in rules.CHOICES or not isinstance(values, list):
        return None
    return [php_text(value) for value in values]


def _definitions() -> list[CustomProperty]:
    return list(CustomProperty.objects.filter(model=class_name(User)).order_by("pk"))


def _mapping(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
