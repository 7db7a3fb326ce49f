from accounts.actions.custom_properties import (
    create_custom_property,
    delete_custom_property,
    update_custom_property,
)
from accounts.models import CustomProperty, User
from accounts.rules import properties as rules
from paymenter.db.morph import class_name
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Boolean, Given, In, Max, Rule, String, Texts


class CustomPropertyResource(Resource):
    model = CustomProperty
    permission = "custom_properties"
    attributes = (
        "id",
        "name",
        "key",
        "model",
        "type",
        "description",
        "validation",
        "allowed_values",
        "non_editable",
        "required",
        "show_on_invoice",
    )
    relations = {"properties": "properties"}


class KnownRules(Rule):
    """An unknown rule would refuse every value."""

    def text(self, given: Given) -> str | None:
        unknown = rules.unknown(given.value) if isinstance(given.value, str) else []
        return f"These rules are not known: {', '.join(unknown)}." if unknown else None


class CustomPropertyInput(Input):
    name = Field(String(), Max(255), required=True)
    key = Field(String(), Max(255), Unique(CustomProperty, "key"), required=True, create_only=True)
    model = Field(In((class_name(User),)), default=class_name(User), create_only=True)
    type = Field(String(), In(CustomProperty.Type.values), required=True)
    description = Field(String(), Max(255), nullable=True)
    validation = Field(String(), Max(255), KnownRules(), nullable=True)
    allowed_values = Field(Texts(), nullable=True)
    non_editable = Field(Boolean(), default=False)
    required = Field(Boolean(), default=False)
    show_on_invoice = Field(Boolean(), default=False)


class CustomPropertyViewSet(ResourceViewSet):
    resource = CustomPropertyResource
    input = CustomPropertyInput
    actions = Actions(create_custom_property, update_custom_property, delete_custom_property)
    filters = ("id", "name", "key", "model", "type", "required")
    sorts = ("id", "name", "key", "type")
    includes = {"properties": "properties"}
