from typing import Any

from accounts.actions.property_values import create_property, delete_property, update_property
from accounts.models import Property, User
from paymenter.db.morph import class_name, model_for
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import (
    SELECTED,
    Given,
    In,
    Integer,
    Max,
    Rule,
    String,
    Unfit,
    record_id,
)

OWNERS = (class_name(User), "App\\Models\\Service")


class PropertyResource(Resource):
    model = Property
    permission = "properties"
    attributes = ("id", "name", "key", "value", "updated_at", "created_at")
    relations = {"custom_property": "customProperties", "model": Relation("*")}


class Plain(Rule):
    """A text or a number; what the definition says of it is the action's business."""

    schema = {"type": ["string", "number"]}

    def text(self, given: Given) -> str | None:
        plain = isinstance(given.value, str | int | float)
        return None if plain else given.say("The {} field must be a string.")


class OwnerId(Integer):
    """A record of the kind that `model_type` names."""

    def stored(self, value: Any, given: Given) -> int:
        key, kind = record_id(value), given.data.get("model_type")
        model = model_for(kind) if kind in OWNERS else None
        if key is None or model is None or not model._default_manager.filter(pk=key).exists():
            raise Unfit(given.say(SELECTED))
        return key


class PropertyInput(Input):
    model_type = Field(String(), In(OWNERS), required=True, create_only=True)
    model_id = Field(OwnerId(), required=True, create_only=True)
    key = Field(String(), Max(255), required=True, create_only=True)
    name = Field(String(), Max(255), nullable=True)
    value = Field(Plain(), nullable=True)


class PropertyViewSet(ResourceViewSet):
    resource = PropertyResource
    input = PropertyInput
    actions = Actions(create_property, update_property, delete_property)
    bulk = True
    filters = ("id", "key", "name", "value", "model_type", "model_id", "custom_property_id")
    sorts = ("id", "key", "model_id", "created_at", "updated_at")
    includes = {
        "custom_property": "custom_properties",
        "model": None,  # each record needs the permission of its own kind
    }
