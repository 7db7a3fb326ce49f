"""What the OpenAPI document says of a person's notifications and preferences."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from accounts.api.auth_schemas import JSON, OWN, STAMP, TEXT, Schema, operation, whole

USUAL, MOST = 20, 100  # notifications in an answer

_ID: Schema = {"type": "integer", "minimum": 1}
_NULL_ID: Schema = {"type": ["integer", "null"], "minimum": 1}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NULL_TEXT: Schema = {"type": ["string", "null"]}
_NOTIFICATION = whole(
    id=_ID, title=TEXT, body=TEXT, url=_NULL_TEXT, read_at=STAMP, created_at=STAMP
)
_STATE = whole(
    enabled={"type": "boolean"},
    choice={"type": "boolean", "description": "Whether it is yours to change."},
)
_CHOICES = whole(
    data={
        "type": "array",
        "items": whole(key=TEXT, label=_NULL_TEXT, mail=_STATE, in_app=_STATE),
    }
)
_WISH: Schema = {
    "type": "object",
    "properties": {"mail": {"type": "boolean"}, "in_app": {"type": "boolean"}},
    "additionalProperties": False,
}


def _parameter(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description)


LIST_NOTIFICATIONS = operation(
    "list_own_notifications",
    "List what stands behind your bell",
    description="The newest first. `before` is that of the next page, `unread` counts all "
    "that you have not read.",
    parameters=[
        _parameter("limit", "How many.", type="integer", minimum=1, maximum=MOST, default=USUAL),
        _parameter("before", "Those with a smaller id.", type="integer", minimum=1),
        _parameter("unread", "1: only those.", type="integer", enum=[0, 1]),
    ],
    answers={
        200: whole(data={"type": "array", "items": _NOTIFICATION}, unread=_COUNT, before=_NULL_ID)
    },
    errors=(401, 422),
    **OWN,
)
READ_NOTIFICATION = operation(
    "read_own_notification",
    "Mark a notification as read",
    request=None,
    answers={200: _NOTIFICATION},
    errors=(401, 404, 409, 422),
    **OWN,
)
READ_NOTIFICATIONS = operation(
    "read_own_notifications",
    "Mark all notifications as read",
    description="With `until` those up to this id: what came since you listed them stays unread.",
    request={JSON: {"type": "object", "properties": {"until": _NULL_ID}}},
    answers={200: whole(read=_COUNT)},
    errors=(401, 409, 422),
    **OWN,
)
SHOW_PREFERENCES = operation(
    "show_notification_preferences",
    "Show what you are told, and how",
    answers={200: _CHOICES},
    errors=(401,),
    **OWN,
)
CHANGE_PREFERENCES = operation(
    "change_notification_preferences",
    "Choose what you are told, and how",
    description='By key: `{"invoice_paid": {"mail": false}}`. What is not named stays.',
    request={JSON: {"type": "object", "additionalProperties": _WISH}},
    answers={200: _CHOICES},
    errors=(401, 409, 422),
    **OWN,
)
