import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.oauth_clients import (
    create_oauth_client,
    delete_oauth_client,
    regenerate_secret,
    update_oauth_client,
)
from accounts.api.grants import UNCACHED
from accounts.models import OauthClient
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet, body_of
from paymenter.laravel.validation import Boolean, Max, String, Texts

_ADDRESS = re.compile(r"(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*://?[^\s,#/][^\s,#]*", re.I)


def _listed(addresses: str | None) -> list[str]:
    return [address for address in (addresses or "").split(",") if address]


def _refused(address: str) -> str | None:
    if _ADDRESS.fullmatch(address):
        return None
    return f"{address} is no address to go back to: a scheme, then ://, no comma, no fragment."


class OauthClientResource(Resource):
    """The secret is shown once, as `meta` of the answer to its creation."""

    model = OauthClient
    permission = "oauth_clients"
    attributes = ("id", "name", "user_id", "redirect", "revoked", "updated_at", "created_at")
    formats = {"redirect": _listed}
    schemas = {"redirect": {"type": "array", "items": {"type": "string"}}}
    relations = {"user": "users"}

    @classmethod
    def meta(cls, related: Mapping[str, Sequence[tuple[Any, ...]]]) -> Object:
        return {}


class OauthClientInput(Input):
    name = Field(String(), Max(255), required=True)
    redirect = Field(Texts(_refused, longest=2000, most=100), required=True)
    confidential = Field(Boolean(), default=True, create_only=True)
    revoked = Field(Boolean())


def _key(key: str) -> str | None:
    try:
        return str(UUID(key))
    except ValueError:
        return None


class OauthClientViewSet(ResourceViewSet):
    resource = OauthClientResource
    input = OauthClientInput
    actions = Actions(create_oauth_client, update_oauth_client, delete_oauth_client)
    filters = ("id", "name", "revoked", "user_id")
    sorts = ("id", "name", "created_at", "updated_at")
    includes = {"user": "users"}
    key_description = "The client's id, a UUID."

    def create(self, request: Request) -> Response:
        documents = self.documents_of_write(request)
        values = self.input.create(body_of(request))
        client, secret = create_oauth_client(**values, actor=Actor.of(request))
        document = self.shown(client, documents)
        document["data"]["meta"] = {"secret": secret}
        return Response(document, status.HTTP_201_CREATED, headers=UNCACHED)

    def key_of(self, key: str) -> str | None:
        return _key(key)


class RegenerateOauthSecret(Command):
    resource = OauthClientResource
    path = "oauth-clients/{id}/regenerate-secret"
    summary = "Give an OAuth client a new secret"
    more = "Shown once. The one until now stops working at once."
    key_description = OauthClientViewSet.key_description
    answer = {
        "type": "object",
        "properties": {"secret": {"type": "string"}},
        "required": ["secret"],
    }

    def key_of(self, key: str) -> str | None:
        return _key(key)

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> Object:
        return {"secret": regenerate_secret(record, actor=actor)}

    def run(self, request: Request, pk: str | None = None) -> Response:
        response = super().run(request, pk)
        for name, value in UNCACHED.items():
            response[name] = value
        return response
