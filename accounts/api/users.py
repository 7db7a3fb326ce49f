from collections.abc import Mapping, Sequence
from typing import Any

from accounts.api.properties import PropertyResource
from accounts.models import User
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


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


class UserViewSet(ResourceViewSet):
    resource = UserResource
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
