"""Tables of Laravel Passport, in the layout that Paymenter keeps."""

import uuid

from paymenter.db.fields import (
    Boolean,
    CreatedAt,
    DateTime,
    ForeignKey,
    JsonText,
    String,
    Text,
    UnsignedBigAuto,
    UpdatedAt,
    Uuid,
)
from paymenter.db.models import Index, LaravelModel


class OauthClient(LaravelModel):
    """`secret` is a bcrypt hash, `redirect` a list of addresses joined by commas."""

    id = Uuid(primary_key=True, default=uuid.uuid4, editable=False)
    user = ForeignKey("accounts.User", constrained=False, null=True, related_name="oauth_clients")
    name = String()
    secret = String(100, null=True)
    provider = String(null=True)
    redirect = Text()
    personal_access_client = Boolean()
    password_client = Boolean()
    revoked = Boolean()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "oauth_clients"
        verbose_name = "OAuth client"
        indexes = [Index(fields=["user"])]

    def __str__(self) -> str:
        return self.name


class OauthAuthCode(LaravelModel):
    id = String(100, primary_key=True)
    user = ForeignKey("accounts.User", constrained=False, related_name="+")
    client = ForeignKey(OauthClient, constrained=False, related_name="auth_codes")
    scopes = JsonText(null=True)
    revoked = Boolean()
    expires_at = DateTime(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "oauth_auth_codes"
        verbose_name = "OAuth authorization code"
        indexes = [Index(fields=["user"])]

    def __str__(self) -> str:
        return f"code for user {self.user_id}"


class OauthAccessToken(LaravelModel):
    """`id` is the token's jti."""

    id = String(100, primary_key=True)
    user = ForeignKey("accounts.User", constrained=False, null=True, related_name="oauth_tokens")
    client = ForeignKey(OauthClient, constrained=False, related_name="access_tokens")
    name = String(null=True)
    scopes = JsonText(null=True)
    revoked = Boolean()
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    expires_at = DateTime(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "oauth_access_tokens"
        verbose_name = "OAuth access token"
        indexes = [Index(fields=["user"])]

    def __str__(self) -> str:
        return f"token for user {self.user_id}"


class OauthRefreshToken(LaravelModel):
    id = String(100, primary_key=True)
    access_token = ForeignKey(OauthAccessToken, constrained=False, related_name="refresh_tokens")
    revoked = Boolean()
    expires_at = DateTime(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "oauth_refresh_tokens"
        verbose_name = "OAuth refresh token"
        indexes = [Index(fields=["access_token"])]

    def __str__(self) -> str:
        return f"refresh token until {self.expires_at}"


class OauthPersonalAccessClient(LaravelModel):
    id = UnsignedBigAuto()
    client = ForeignKey(OauthClient, constrained=False, related_name="+")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "oauth_personal_access_clients"
        verbose_name = "OAuth personal access client"

    def __str__(self) -> str:
        return f"personal access client {self.client_id}"
