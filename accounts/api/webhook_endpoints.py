from collections.abc import Mapping
from functools import partial
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.webhook_deliveries import send_test
from accounts.actions.webhook_endpoints import (
    MaySee,
    create_endpoint,
    delete_endpoint,
    rotate_secret,
    update_endpoint,
)
from accounts.actions.webhook_payloads import resource_of
from accounts.api.grants import UNCACHED
from accounts.api.webhook_deliveries import WebhookDeliveryResource
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from paymenter import events
from paymenter.actor import Actor
from paymenter.jsonapi import values
from paymenter.jsonapi.commands import Command, Question
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.permissions import may
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet, body_of
from paymenter.laravel.validation import Boolean, Max, String, Texts, Url


class WebhookEndpointResource(Resource):
    """The secret is shown once, as `meta` of the answer to its creation."""

    model = WebhookEndpoint
    permission = "webhook_endpoints"
    attributes = (
        "id",
        "url",
        "description",
        "events",
        "enabled",
        "disabled_at",
        "disabled_reason",
        "failing_since",
        "previous_secret_until",
        "updated_at",
        "created_at",
    )
    formats = {"events": values.document}
    schemas = {
        "events": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "examples": [["invoice.paid"]],
        }
    }

    @classmethod
    def meta(cls, related: Mapping[str, Any]) -> Object:
        return {}


def _no_event(name: str) -> str | None:
    return None if name in events.every() else f"There is no event {name}: see webhook-events."


class WebhookEndpointInput(Input):
    url = Field(
        String(), Max(2000), Url(), required=True, on_update=Field(String(), Max(2000), Url())
    )
    description = Field(String(), Max(255), nullable=True)
    events = Field(Texts(_no_event), nullable=True)
    enabled = Field(Boolean())


class WebhookEndpointViewSet(ResourceViewSet):
    resource = WebhookEndpointResource
    input = WebhookEndpointInput
    actions = Actions(create_endpoint, update_endpoint, delete_endpoint)
    filters = ("id", "url", "enabled", "created_at")
    sorts = ("id", "url", "created_at", "updated_at")

    def create(self, request: Request) -> Response:
        documents = self.documents_of_write(request)
        given = self.input.create(body_of(request))
        endpoint = self.written()(actor=Actor.of(request), **given)
        document = self.shown(endpoint, documents)
        document["data"]["meta"] = {"secret": endpoint.secret}
        return Response(document, status.HTTP_201_CREATED, headers=UNCACHED)

    def written(self) -> Action:
        action = super().written()
        if self.action.startswith("destroy"):
            return action
        return partial(action, may_see=_may_see(self.request))


class RotateWebhookSecret(Command):
    resource = WebhookEndpointResource
    path = "webhook-endpoints/{id}/rotate-secret"
    summary = "Give a webhook endpoint a new secret"
    more = "Shown once. For 24 hours the one until now signs too."
    answer = {
        "type": "object",
        "properties": {"secret": {"type": "string", "examples": ["whsec_MfKQ9r8GKYqrTwjUPD8I"]}},
        "required": ["secret"],
    }

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> Object:
        return {"secret": rotate_secret(record, actor=actor).secret}

    def run(self, request: Request, pk: str | None = None) -> Response:
        response = super().run(request, pk)
        for name, value in UNCACHED.items():
            response[name] = value
        return response


class TestWebhookEndpoint(Command):
    resource = WebhookEndpointResource
    path = "webhook-endpoints/{id}/test"
    summary = "Send a test to a webhook endpoint"
    more = "An event `webhook.test`, once, also where the endpoint is disabled: read the delivery."
    answers = WebhookDeliveryResource
    creates = True

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> WebhookDelivery:
        return send_test(record)


class ListWebhookEvents(Question):
    resource = WebhookEndpointResource
    path = "webhook-events"
    summary = "List what webhooks can tell"
    answer = {
        "type": "object",
        "properties": {
            "data": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "examples": ["invoice.paid"]},
                        "about": {"type": "string", "examples": ["invoices"]},
                        "description": {"type": "string"},
                    },
                    "required": ["name", "about", "description"],
                },
            }
        },
        "required": ["data"],
    }

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> Object:
        return {
            "data": [
                {
                    "name": event.name,
                    "about": resource_of(event).type,
                    "description": event.description,
                }
                for event in events.every().values()
            ]
        }


def _may_see(request: Request) -> MaySee:
    def may_see(name: str) -> bool:
        return may(request, resource_of(events.every()[name]).permission, "view")

    return may_see
