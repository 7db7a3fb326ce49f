from paymenter.db.fields import (
    CASCADE,
    Char,
    CreatedAt,
    ForeignKey,
    Integer,
    LongText,
    String,
    Text,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel


class Session(LaravelModel):
    """PHP's browser sessions, where it keeps them in the database; unreadable for us."""

    id = String(primary_key=True)
    user = ForeignKey("accounts.User", constrained=False, null=True, related_name="+")
    ip_address = String(45, null=True)
    user_agent = Text(null=True)
    payload = LongText()
    last_activity = Integer(help_text="Unix seconds")

    class Meta(LaravelModel.Meta):
        db_table = "sessions"
        verbose_name = "browser session of PHP"
        verbose_name_plural = "browser sessions of PHP"
        indexes = [Index(fields=["user"]), Index(fields=["last_activity"])]

    def __str__(self) -> str:
        return f"session of user {self.user_id}"


class UserSession(LaravelModel):
    """A signed-in device. Deleting the row signs it out; `expires_at` is set for "remember me"."""

    id = UnsignedBigAuto()
    ulid = Char(26, unique=True)
    user = ForeignKey("accounts.User", CASCADE, related_name="sessions")
    ip_address = String(45, null=True)
    user_agent = String(512, null=True)
    last_activity = Timestamp()
    expires_at = Timestamp(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "user_sessions"
        verbose_name = "signed-in device"

    def __str__(self) -> str:
        return f"session of user {self.user_id} from {self.ip_address}"


class UserAuthenticationLog(LaravelModel):
    """An address that a user has signed in from."""

    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="authentication_logs")
    ip_address = String(45)
    last_used_at = Timestamp(use_current=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "user_authentication_logs"
        verbose_name = "known address"
        verbose_name_plural = "known addresses"
        indexes = [Index(fields=["user", "ip_address"])]

    def __str__(self) -> str:
        return f"user {self.user_id} from {self.ip_address}"


class PasswordResetToken(LaravelModel):
    """`token` is a bcrypt hash."""

    email = String(primary_key=True)
    token = String()
    created_at = Timestamp(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "password_reset_tokens"
        verbose_name = "password reset"

    def __str__(self) -> str:
        return self.email
