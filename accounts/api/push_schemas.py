"""What the OpenAPI document says of push messages."""

from accounts.api.auth_schemas import JSON, OWN, STAMP, TEXT, Schema, operation, whole

_ENDPOINT: Schema = {
    "type": "string",
    "format": "uri",
    "maxLength": 255,
    "description": "https, of a push service that browsers use.",
}
_SUBSCRIPTION = whole(id={"type": "integer"}, endpoint=TEXT, created_at=STAMP, updated_at=STAMP)
_NEW = whole(
    endpoint=_ENDPOINT,
    keys=whole(
        p256dh=TEXT | {"description": "The browser's public key, base64url."},
        auth=TEXT | {"description": "Its secret, base64url."},
    ),
)

SHOW_PUSH_KEY = operation(
    "show_push_key",
    "Show the key that browsers subscribe with",
    description="The `applicationServerKey` of `PushManager.subscribe()`.",
    answers={200: whole(public_key=TEXT)},
    errors=(401, 503),
    **OWN,
)
LIST_PUSH_SUBSCRIPTIONS = operation(
    "list_push_subscriptions",
    "List your browsers that get push messages",
    answers={200: whole(data={"type": "array", "items": _SUBSCRIPTION})},
    errors=(401,),
    **OWN,
)
ADD_PUSH_SUBSCRIPTION = operation(
    "add_push_subscription",
    "Get push messages in a browser",
    description="Takes `PushSubscription.toJSON()`. An endpoint that is known keeps its id, gets "
    "these keys and becomes yours, whosever it was.",
    request={JSON: _NEW},
    answers={201: _SUBSCRIPTION},
    errors=(401, 409, 422),
    **OWN,
)
DELETE_PUSH_SUBSCRIPTION = operation(
    "delete_push_subscription",
    "Get no more push messages in a browser",
    answers={204: None},
    errors=(401, 404, 409, 422),
    **OWN,
)
