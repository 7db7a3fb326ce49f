"""`/api/v1/profile/notification…`: what stands behind a person's bell, and what he wants told."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import preferences, user_notifications
from accounts.actions.notifications import ALL
from accounts.actions.preferences import Choice, Wishes
from accounts.api import own_notification_schemas as schemas
from accounts.api.plain import body_of, stamp
from accounts.api.profile import OwnView
from accounts.models import Notification, User
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Boolean, Integer

MOST_ID = 2**63 - 1
NOT_AN_OBJECT = "The {} field must be an object with mail or in_app, each true or false."


class PageInput(Input):
    limit = Field(Integer(1, schemas.MOST), default=schemas.USUAL)
    before = Field(Integer(1, MOST_ID))
    unread = Field(Boolean())


class UntilInput(Input):
    until = Field(Integer(1, MOST_ID), nullable=True)


class NotificationsView(OwnView):
    @extend_schema(**schemas.LIST_NOTIFICATIONS)
    def get(self, request: Request) -> Response:
        own = user_notifications.bell_of(cast(User, request.user))
        page = PageInput.create(request.query_params.dict())
        unread, limit = own.filter(read_at=None), int(page["limit"])
        shown = unread if page.get("unread") in (True, 1, "1") else own
        if "before" in page:
            shown = shown.filter(pk__lt=int(page["before"]))
        rows = list(shown.order_by("-pk")[: limit + 1])
        more = rows[limit - 1].pk if len(rows) > limit else None
        data = [described(row) for row in rows[:limit]]
        return Response({"data": data, "unread": unread.count(), "before": more})


class ReadNotificationView(OwnView):
    @extend_schema(**schemas.READ_NOTIFICATION)
    def post(self, request: Request, id: str) -> Response:
        own = user_notifications.bell_of(cast(User, request.user))
        notification = own.filter(pk=int(id)).first()
        if notification is None:
            raise Http404
        return Response(described(user_notifications.mark_read(notification)))


class ReadNotificationsView(OwnView):
    @extend_schema(**schemas.READ_NOTIFICATIONS)
    def post(self, request: Request) -> Response:
        until = UntilInput.create(body_of(request)).get("until")
        last = None if until is None else int(until)
        count = user_notifications.mark_all_read(cast(User, request.user), until=last)
        return Response({"read": count})


class PreferencesView(OwnView):
    @extend_schema(**schemas.SHOW_PREFERENCES)
    def get(self, request: Request) -> Response:
        return _told(preferences.choices_of(cast(User, request.user)))

    @extend_schema(**schemas.CHANGE_PREFERENCES)
    def patch(self, request: Request) -> Response:
        user = cast(User, request.user)
        return _told(preferences.change_preferences(user, _wishes(request)))


def described(notification: Notification) -> dict[str, Any]:
    return {
        "id": notification.pk,
        "title": notification.title,
        "body": notification.body,
        "url": notification.url,
        "read_at": stamp(notification.read_at),
        "created_at": stamp(notification.created_at),
    }


def _told(choices: list[Choice]) -> Response:
    return Response({"data": [_choice(choice) for choice in choices]})


def _choice(choice: Choice) -> dict[str, Any]:
    template = choice.template
    states = {
        name: {"enabled": choice.is_on(name), "choice": template.is_choice(name)} for name in ALL
    }
    return {"key": template.key, "label": template.edit_preference_message, **states}


def _wishes(request: Request) -> Wishes:
    body = body_of(request)
    wrong = [key for key, wish in body.items() if not _is_wish(wish)]
    if wrong:
        raise Refused(errors={key: [NOT_AN_OBJECT.format(key)] for key in sorted(wrong)})
    return body


def _is_wish(given: Any) -> bool:
    return isinstance(given, dict) and all(
        name in ALL and isinstance(value, bool) for name, value in given.items()
    )
