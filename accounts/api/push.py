"""`/api/v1/profile/push-…`: the browsers in which a person gets push messages."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import push, push_keys
from accounts.api import push_schemas as schemas
from accounts.api.plain import body_of, stamp
from accounts.api.profile import OwnView
from accounts.models import NotificationSubscription, User
from paymenter.errors import Refused


class PushKeyView(OwnView):
    @extend_schema(**schemas.SHOW_PUSH_KEY)
    def get(self, request: Request) -> Response:
        return Response({"public_key": push_keys.keys().public})


class PushSubscriptionsView(OwnView):
    @extend_schema(**schemas.LIST_PUSH_SUBSCRIPTIONS)
    def get(self, request: Request) -> Response:
        own = NotificationSubscription.objects.filter(user=cast(User, request.user))
        return Response({"data": [described(row) for row in own.order_by("pk")]})

    @extend_schema(**schemas.ADD_PUSH_SUBSCRIPTION)
    def post(self, request: Request) -> Response:
        subscription = push.subscribe(cast(User, request.user), **_texts(request))
        return Response(described(subscription), status=201)


class PushSubscriptionView(OwnView):
    @extend_schema(**schemas.DELETE_PUSH_SUBSCRIPTION)
    def delete(self, request: Request, id: str) -> Response:
        own = NotificationSubscription.objects.filter(user=cast(User, request.user))
        subscription = own.filter(pk=int(id)).first()
        if subscription is None:
            raise Http404
        push.unsubscribe(subscription)
        return Response(status=204)


def described(subscription: NotificationSubscription) -> dict[str, Any]:
    """Without the keys."""
    return {
        "id": subscription.pk,
        "endpoint": subscription.endpoint,
        "created_at": stamp(subscription.created_at),
        "updated_at": stamp(subscription.updated_at),
    }


def _texts(request: Request) -> dict[str, str]:
    body = body_of(request)
    keys = body.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    given = {"endpoint": body.get("endpoint")}
    given |= {f"keys.{name}": keys.get(name) for name in ("p256dh", "auth")}
    texts = {name: text for name, text in given.items() if isinstance(text, str) and text}
    if wrong := given.keys() - texts.keys():
        raise Refused(
            errors={name: [f"The {name} field must be a text."] for name in sorted(wrong)}
        )
    return {name.removeprefix("keys."): text for name, text in texts.items()}
