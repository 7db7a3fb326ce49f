from accounts.actions.user_notifications import (
    create_notification,
    delete_notification,
    update_notification,
)
from accounts.models import Notification, User
from paymenter.db import fields
from paymenter.jsonapi.input import Date, Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Boolean, Max, String, Url


class NotificationResource(Resource):
    model = Notification
    permission = "notifications"
    attributes = (
        "id",
        "user_id",
        "title",
        "body",
        "url",
        "read_at",
        "show_in_app",
        "show_as_push",
        "updated_at",
        "created_at",
    )
    relations = {"user": "users"}


class NotificationInput(Input):
    """Once sent it can only be marked as read, or as unread with null."""

    user_id = Field(Exists(User), required=True, create_only=True)
    title = Field(String(), Max(255), required=True, create_only=True)
    body = Field(String(), Max(10_000), required=True, create_only=True)
    url = Field(String(), Max(255), Url(own=True), nullable=True, create_only=True)
    show_in_app = Field(Boolean(), default=True, create_only=True)
    show_as_push = Field(Boolean(), default=True, create_only=True)
    read_at = Field(Date(fields.Timestamp), nullable=True)


class NotificationViewSet(ResourceViewSet):
    resource = NotificationResource
    input = NotificationInput
    actions = Actions(create_notification, update_notification, delete_notification)
    filters = ("id", "user_id", "title", "read_at", "created_at")
    sorts = ("id", "user_id", "read_at", "created_at")
    includes = {"user": "users"}
