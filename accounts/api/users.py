from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from accounts.actions.users import create_user, delete_user, update_user
from accounts.api.grants import person_holds
from accounts.api.properties import PropertyResource
from accounts.models import Role, User
from paymenter.db import fields
from paymenter.jsonapi.input import Date, Exists, Field, Input, Unique
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet
from paymenter.laravel.validation import Email, Max, Min, String


class UserResource(Resource):
    model = User
    permission = "users"
    attributes = (
        "id",
        "first_name",
        "last_name",
        "email",
        "email_verified_at",
        "updated_at",
        "created_at",
    )
    relations = {
        "properties": "properties",
        "orders": "orders",
        "services": "services",
        "invoices": "invoices",
        "tickets": "tickets",
        "credits": "credits",
        "role": "roles",
    }

    @classmethod
    def meta(cls, related: Mapping[str, Sequence[tuple[Any, ...]]]) -> Object:
        """The properties by key; PHP prints an empty map as a list."""
        if "properties" not in related:
            return {}
        key, value = map(PropertyResource.columns().index, ("key", "value"))
        return {"properties": {row[key]: row[value] for row in related["properties"]} or []}


class UserInput(Input):
    first_name = Field(String(), Max(255), nullable=True)
    last_name = Field(String(), Max(255), nullable=True)
    email = Field(Email(), Max(255), Unique(User, "email"), required=True)
    password = Field(String(), Min(8), required=True, on_update=Field(String(), Min(8)))
    email_verified_at = Field(Date(fields.Timestamp), nullable=True)
    role_id = Field(Exists(Role), nullable=True)


class UserViewSet(ResourceViewSet):
    resource = UserResource
    input = UserInput
    actions = Actions(create_user, update_user, delete_user)
    filters = ("first_name", "last_name", "email")
    sorts = ("id", "first_name", "last_name", "email", "created_at")
    includes = {
        "properties": "properties",
        "orders": "orders",
        "services": "services",
        "invoices": "invoices",
        "tickets": "tickets",
        "credits": "credits",
        "role": "roles",
    }

    def written(self) -> Action:
        """A person grants only what he holds; a key any role, as Paymenter's clients expect."""
        return partial(super().written(), holds=person_holds(self.request))
