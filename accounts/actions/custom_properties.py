"""Fields that staff define for users."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from accounts.models import CustomProperty
from accounts.rules.properties import CHOICES
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused


@transaction.atomic
def create_custom_property(*, actor: Actor, **values: Any) -> CustomProperty:
    _check_choices(values["type"], values.get("allowed_values"))
    return create_record(CustomProperty, values, actor=actor)


@transaction.atomic
def update_custom_property(
    definition: CustomProperty, *, actor: Actor, **changes: Any
) -> CustomProperty:
    definition = locked(definition)
    _check_choices(
        changes.get("type", definition.type),
        changes.get("allowed_values", definition.allowed_values),
    )
    change_record(definition, changes, actor=actor)
    return definition


@transaction.atomic
def delete_custom_property(definition: CustomProperty, *, actor: Actor) -> None:
    """With it go the values that people gave."""
    delete_record(locked(definition), actor=actor)


def _check_choices(kind: str, allowed: Any) -> None:
    if kind in CHOICES and not allowed:
        raise Refused.on("allowed_values", "The allowed values field is required.")
