"""The errors of league/oauth2-server, as clients see them."""

from urllib.parse import urlencode

_REQUEST = (
    "The request is missing a required parameter, includes an invalid parameter value, "
    "includes a parameter more than once, or is otherwise malformed."
)
_GRANT = (
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or "
    "refresh token is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


class OAuthError(Exception):
    """`redirect`: the client's address that is told instead of the visitor."""

    def __init__(
        self,
        error: str,
        description: str,
        hint: str | None = None,
        *,
        status: int = 400,
        redirect: str | None = None,
    ) -> None:
        super().__init__(error)
        self.status, self.redirect = status, redirect
        self.body = {"error": error, "error_description": description}
        if hint is not None:
            self.body["hint"] = hint

    @property
    def location(self) -> str | None:
        return None if self.redirect is None else with_query(self.redirect, self.body)


def unsupported_grant_type() -> OAuthError:
    return OAuthError(
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
        "Check that all required parameters have been provided",
    )


def invalid_request(
    parameter: str, hint: str | None = None, *, redirect: str | None = None
) -> OAuthError:
    hint = hint or f"Check the `{parameter}` parameter"
    return OAuthError("invalid_request", _REQUEST, hint, redirect=redirect)


def invalid_client() -> OAuthError:
    return OAuthError("invalid_client", "Client authentication failed", status=401)


def unauthorized_client() -> OAuthError:
    text = "The authenticated client is not authorized to use this authorization grant type."
    return OAuthError("unauthorized_client", text)


def invalid_grant(hint: str) -> OAuthError:
    return OAuthError("invalid_grant", _GRANT, hint)


def invalid_refresh_token(hint: str) -> OAuthError:
    return OAuthError("invalid_grant", "The refresh token is invalid.", hint)


def invalid_scope(name: str, *, redirect: str | None = None) -> OAuthError:
    text = "The requested scope is invalid, unknown, or malformed"
    return OAuthError("invalid_scope", text, f"Check the `{name}` scope", redirect=redirect)


def server_error(reason: str) -> OAuthError:
    text = (
        "The authorization server encountered an unexpected condition which prevented it "
        f"from fulfilling the request: {reason}"
    )
    return OAuthError("server_error", text, status=500)


def access_denied(redirect: str) -> OAuthError:
    text = "The resource owner or authorization server denied the request."
    return OAuthError("access_denied", text, "The user denied the request", redirect=redirect)


def login_required(redirect: str) -> OAuthError:
    text = "The authorization server requires end-user authentication."
    return OAuthError("login_required", text, redirect=redirect)


def consent_required(redirect: str) -> OAuthError:
    text = "The authorization server requires end-user consent."
    return OAuthError("consent_required", text, redirect=redirect)


def with_query(address: str, parameters: dict[str, str]) -> str:
    """As league appends them: after what the address has already."""
    if not parameters:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
