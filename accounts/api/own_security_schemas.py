"""What the OpenAPI document says of a person's second factor and sessions."""

from accounts.api.auth_schemas import JSON, OWN, STAMP, TEXT, Schema, operation, whole

MOST = 100  # sessions in an answer

_ON = whole(two_factor={"type": "boolean"})
_PROOF: dict[str, Schema] = {
    "current_password": TEXT,
    "code": TEXT | {"description": "Six digits of the app; each works once."},
}
_SESSION = whole(
    id={"type": "integer", "minimum": 1},
    device=TEXT,
    ip_address={"type": ["string", "null"]},
    last_activity=STAMP,
    expires_at=STAMP,
)

START = operation(
    "start_two_factor",
    "Get a secret for two-factor sign-in",
    description="Nothing is switched on yet. `address` is what apps read from a QR code.",
    request=None,
    answers={200: whole(secret=TEXT, address=TEXT)},
    errors=(401, 403, 409, 422),
    **OWN,
)
SWITCH_ON = operation(
    "enable_two_factor",
    "Switch on two-factor sign-in",
    description="With the secret, a code of it and the password. All browsers are signed out.",
    request={JSON: whole(secret=TEXT, **_PROOF)},
    answers={200: _ON},
    errors=(401, 403, 409, 422, 429),
    **OWN,
)
SWITCH_OFF = operation(
    "disable_own_two_factor",
    "Switch off two-factor sign-in",
    request={JSON: whole(**_PROOF)},
    answers={200: _ON},
    errors=(401, 403, 409, 422, 429),
    **OWN,
)
LIST_SESSIONS = operation(
    "list_own_sessions",
    "List the browsers that you are signed in at",
    answers={200: whole(data={"type": "array", "items": _SESSION})},
    errors=(401,),
    **OWN,
)
END_SESSION = operation(
    "end_own_session",
    "Sign a browser out",
    request=None,
    answers={204: None},
    errors=(401, 403, 404, 409, 422),
    **OWN,
)
