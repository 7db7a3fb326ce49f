from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.impersonation import LIFETIME, impersonate
from accounts.actions.two_factor import disable_two_factor
from accounts.actions.users import create_user, delete_user, update_user
from accounts.api.grants import UNCACHED, person_holds
from accounts.api.properties import PropertyResource
from accounts.models import Role, User
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.jsonapi.commands import Command
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


class DisableTwoFactor(Command):
    resource = UserResource
    path = "users/{id}/disable-two-factor"
    summary = "Switch off two-factor sign-in"
    more = "For somebody who lost his device. He is signed out everywhere."

    def carry_out(self, record: User, values: Mapping[str, Any], actor: Actor) -> User:
        return disable_two_factor(record, actor=actor, holds=person_holds(self.request))


class ImpersonateUser(Command):
    resource = UserResource
    path = "users/{id}/impersonate"
    summary = "Act as a user"
    more = (
        "An access token of the user for 15 minutes, which names who holds it. It is noted in the"
        " audits, and so is all that is done with it. Never of somebody who may do more."
    )
    ability = "impersonate"
    answer = {
        "type": "object",
        "properties": {
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer"},
            "access_token": {"type": "string"},
        },
        "required": ["token_type", "expires_in", "access_token"],
    }

    def carry_out(self, record: User, values: Mapping[str, Any], actor: Actor) -> Object:
        token = impersonate(record, actor=actor, holds=person_holds(self.request))
        seconds = int(LIFETIME.total_seconds())
        return {"token_type": "Bearer", "expires_in": seconds, "access_token": token}

    def run(self, request: Request, pk: str | None = None) -> Response:
        response = super().run(request, pk)
        for name, value in UNCACHED.items():
            response[name] = value
        return response
