"""What the OpenAPI document says of signing in and of one's own profile."""

from typing import Any

Schema = dict[str, Any]

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_ERROR: Schema = {"$ref": "#/components/schemas/Error"}
STAMP: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "maxLength": 255}
_EMAIL: Schema = {"type": "string", "format": "email", "maxLength": 255}
_SECRET: Schema = {"type": "string", "format": "password"}
_NEW_PASSWORD: Schema = _SECRET | {
    "minLength": 8,
    "description": "At least one letter and one digit.",
}
_MAP: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}
_PROPERTIES: Schema = _MAP | {
    "description": "Custom properties by key; staff define which there are."
}
_CAPTCHA: Schema = TEXT | {"description": "The widget's token, where captchas are switched on."}


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def whole(**properties: Schema) -> Schema:
    return _object(tuple(properties), **properties)


_PROFILE = whole(
    id={"type": "integer"},
    first_name={"type": ["string", "null"]},
    last_name={"type": ["string", "null"]},
    email=TEXT,
    email_verified_at=STAMP,
    two_factor={"type": "boolean"},
    role={"type": ["string", "null"], "description": "The name of a staff member's role."},
    permissions={"type": "array", "items": TEXT},
    properties={"type": "object", "additionalProperties": TEXT},
    impersonated_by={
        "type": ["integer", "null"],
        "description": "The user who acts as this one, of a token of impersonation.",
    },
    created_at=STAMP,
    updated_at=STAMP,
)
_PAIR: dict[str, Schema] = {
    "token_type": {"const": "Bearer"},
    "expires_in": {"type": "integer", "description": "Seconds that the access token lives."},
    "access_token": TEXT,
    "refresh_token": TEXT | {"description": "Works once; the answer has the next one."},
}
_LOGIN = _object(
    ("password",),
    email=_EMAIL,
    username=_EMAIL | {"description": "The same, for OAuth2's password form."},
    password=_SECRET,
    code=TEXT | {"description": "The two-factor code of users who have switched it on."},
    captcha=_CAPTCHA,
)
_REGISTRATION = _object(
    ("first_name", "last_name", "email", "password", "password_confirmation"),
    first_name=_NAME,
    last_name=_NAME,
    email=_EMAIL,
    password=_NEW_PASSWORD,
    password_confirmation=_SECRET,
    tos={"type": "boolean", "description": "Needed where the setting `tos` names the terms."},
    properties=_PROPERTIES,
    captcha=_CAPTCHA,
)
_CHANGES = _object(
    first_name=_NAME,
    last_name=_NAME,
    email=_EMAIL | {"description": "Needs `current_password`; has to be verified again."},
    password=_NEW_PASSWORD
    | {"description": "Needs `current_password`. Ends all tokens and sessions."},
    password_confirmation=_SECRET,
    current_password=_SECRET,
    properties=_PROPERTIES,
)


def operation(name: str, summary: str, *, errors: tuple[int, ...], **more: Any) -> dict[str, Any]:
    answers = more.pop("answers")
    responses: dict[Any, Any] = {
        (code, JSON) if schema else code: schema for code, schema in answers.items()
    }
    responses |= {(code, JSON): _ERROR for code in errors}
    return {"operation_id": name, "summary": summary, "responses": responses, **more}


_OPEN: dict[str, Any] = {"auth": [], "tags": ["Signing in"]}
OWN: dict[str, Any] = {"auth": [{"person": []}], "tags": ["Profile"]}

LOGIN = operation(
    "log_in",
    "Sign in with e-mail and password",
    description="5 attempts a minute for an e-mail and an address. A 422 on `code` asks for the "
    "two-factor code: send all fields again with it.",
    request={JSON: _LOGIN, FORM: _LOGIN},
    answers={200: whole(**_PAIR)},
    errors=(401, 422, 429, 503),
    **_OPEN,
)
REGISTER = operation(
    "register",
    "Make an account",
    description="404 where registration is switched off.",
    request={JSON: _REGISTRATION, FORM: _REGISTRATION},
    answers={201: whole(**_PAIR, user=_PROFILE)},
    errors=(404, 409, 422, 429, 503),
    **_OPEN,
)
REFRESH = operation(
    "refresh_token",
    "Renew a pair of tokens",
    description="The refresh token is spent. Sent again, it ends the login it belongs to.",
    request={JSON: whole(refresh_token=TEXT), FORM: whole(refresh_token=TEXT)},
    answers={200: whole(**_PAIR)},
    errors=(401, 422),
    **_OPEN,
)
LOGOUT = operation(
    "log_out",
    "Revoke all tokens of this login",
    description="Named by the bearer token, or by `refresh_token` in the body.",
    request={JSON: _object(refresh_token=TEXT)},
    answers={204: None},
    errors=(401,),
    auth=[{"person": []}, {}],
    tags=["Signing in"],
)
VERIFY = operation(
    "verify_token",
    "Say whether a token still counts",
    request={JSON: whole(token=TEXT), FORM: whole(token=TEXT)},
    answers={
        200: whole(
            valid={"const": True},
            token_type={"enum": ["access", "refresh"]},
            expires_in={"type": "integer"},
        )
    },
    errors=(401, 422),
    **_OPEN,
)
SHOW_PROFILE = operation(
    "show_profile", "Show yourself", answers={200: _PROFILE}, errors=(401,), **OWN
)
CHANGE_PROFILE = operation(
    "change_profile",
    "Change your name, address, password or properties",
    request={JSON: _CHANGES, FORM: _CHANGES},
    answers={200: _PROFILE},
    errors=(401, 409, 422, 429),
    **OWN,
)
