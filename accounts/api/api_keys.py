from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.api_keys import create_api_key, delete_api_key, update_api_key
from accounts.api.grants import UNCACHED, told
from accounts.models import ApiKey
from paymenter.actor import Actor
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet, body_of
from paymenter.laravel.validation import Boolean, Max, String, Texts


class ApiKeyResource(Resource):
    """The token is shown once, as `meta` of the answer to its creation."""

    model = ApiKey
    permission = "api_keys"
    attributes = (
        "id",
        "name",
        "type",
        "permissions",
        "ip_addresses",
        "enabled",
        "last_used_at",
        "updated_at",
        "created_at",
    )

    @classmethod
    def meta(cls, related: Mapping[str, Sequence[tuple[Any, ...]]]) -> Object:
        return {}


class ApiKeyInput(Input):
    name = Field(String(), Max(255), required=True)
    permissions = Field(Texts(), required=True, on_update=Field(Texts()))
    ip_addresses = Field(Texts(), nullable=True)
    enabled = Field(Boolean())


class ApiKeyViewSet(ResourceViewSet):
    resource = ApiKeyResource
    input = ApiKeyInput
    actions = Actions(create_api_key, update_api_key, delete_api_key)
    filters = ("id", "name", "type", "enabled", "last_used_at")
    sorts = ("id", "name", "last_used_at", "created_at", "updated_at")

    def create(self, request: Request) -> Response:
        documents = self.documents_of_write(request)
        values = self.input.create(body_of(request))
        key, token = told(create_api_key, request)(
            values["name"],
            values["permissions"],
            values.get("ip_addresses") or (),
            enabled=values.get("enabled", True),
            actor=Actor.of(request),
        )
        document = self.shown(key, documents)
        document["data"]["meta"] = {"token": token}
        return Response(document, status.HTTP_201_CREATED, headers=UNCACHED)

    def written(self) -> Action:
        action = super().written()
        return action if self.action.startswith("destroy") else told(action, self.request)
