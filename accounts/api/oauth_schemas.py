"""What the OpenAPI document says of the OAuth addresses."""

from typing import Any

Schema = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
TOKEN_TEXT = (
    "Grants: `client_credentials`, `authorization_code` (with PKCE) and `refresh_token`. The "
    "client proves itself in the body or by HTTP Basic. 60 requests a minute and address."
)
USER_TOKEN: Any = [{"oauth": ["profile"]}]
_STAMP: Schema = {"type": ["string", "null"], "format": "date-time"}


def _object(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def _text(description: str = "", **more: Any) -> Schema:
    return {"type": "string"} | ({"description": description} if description else {}) | more


TOKEN_REQUEST = _object(
    ("grant_type",),
    grant_type=_text(enum=["client_credentials", "authorization_code", "refresh_token"]),
    client_id=_text(),
    client_secret=_text(),
    scope=_text("Names with blanks between them.", examples=["profile"]),
    code=_text("Of the authorization page."),
    redirect_uri=_text("The same as at the authorization page."),
    code_verifier=_text("PKCE.", minLength=43, maxLength=128),
    refresh_token=_text(),
)
_TOKEN = _object(
    ("token_type", "expires_in", "access_token"),
    token_type={"const": "Bearer"},
    expires_in={"type": "integer", "description": "Seconds."},
    access_token=_text(),
    refresh_token=_text("Not for client credentials."),
)
_ERROR = _object(
    ("error", "error_description"), error=_text(), error_description=_text(), hint=_text()
)
_MESSAGE = _object(("message",), message=_text())
_USER = _object(
    (),
    id={"type": "integer"},
    first_name={"type": ["string", "null"]},
    last_name={"type": ["string", "null"]},
    email=_text(),
    role_id={"type": ["integer", "null"]},
    email_verified_at=_STAMP,
    created_at=_STAMP,
    updated_at=_STAMP,
)


def _answers(**by_status: Schema) -> dict[Any, Any]:
    return {(int(code[1:]), "application/json"): schema for code, schema in by_status.items()}


TOKEN_ANSWERS = _answers(
    _200=_TOKEN,
    _400={"anyOf": [_ERROR, _MESSAGE]},
    _401=_ERROR,
    _429=_MESSAGE,
    _500=_ERROR,
)
ME_ANSWERS = _answers(_200=_USER, _401=_MESSAGE, _403=_MESSAGE)
