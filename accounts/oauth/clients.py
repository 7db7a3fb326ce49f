"""What an OAuth client is and may do, as Passport derives it from its row."""

from uuid import UUID

from accounts.models import OauthClient
from accounts.oauth import errors
from paymenter.laravel import passwords

AUTHORIZATION_CODE = "authorization_code"
CLIENT_CREDENTIALS = "client_credentials"
REFRESH_TOKEN = "refresh_token"


def active(client_id: str) -> OauthClient:
    """Raises invalid_client."""
    try:
        key = UUID(client_id)
    except ValueError:
        raise errors.invalid_client() from None
    client = OauthClient.objects.filter(pk=key, revoked=False).first()
    if client is None:
        raise errors.invalid_client()
    return client


def able_to(grant: str, client_id: str) -> OauthClient:
    """The client, if it may use the grant; raises invalid_client or unauthorized_client."""
    client = active(client_id)
    if grant not in grants_of(client):
        raise errors.unauthorized_client()
    return client


def authenticated(grant: str, client_id: str, secret: str | None) -> OauthClient:
    """Raises also where a confidential client does not prove who it is."""
    client = able_to(grant, client_id)
    if is_confidential(client):
        if secret is None:
            raise errors.invalid_request("client_secret")
        if not passwords.check(secret, client.secret):
            raise errors.invalid_client()
    return client


def is_confidential(client: OauthClient) -> bool:
    return bool(client.secret)


def grants_of(client: OauthClient) -> set[str]:
    """Passport: Client::grantTypes, for rows without a column of that name."""
    grants = {REFRESH_TOKEN}
    if redirects_of(client):
        grants.add(AUTHORIZATION_CODE)
    if is_confidential(client) and client.user_id is None:
        grants.add(CLIENT_CREDENTIALS)
    return grants


def redirects_of(client: OauthClient) -> list[str]:
    return [address for address in client.redirect.split(",") if address]
