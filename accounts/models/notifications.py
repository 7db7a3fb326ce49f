from django.db import models

from paymenter.db.fields import (
    CASCADE,
    Boolean,
    CreatedAt,
    Encrypted,
    Enum,
    ForeignKey,
    Json,
    String,
    Text,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class NotificationTemplate(LaravelModel):
    """Texts in the subset of Blade that we render; PHP renders the same rows."""

    class Channel(models.TextChoices):
        FORCE = "force", "always"
        CHOICE_ON = "choice_on", "on, the user may switch it off"
        CHOICE_OFF = "choice_off", "off, the user may switch it on"
        NEVER = "never"

    id = UnsignedBigAuto()
    key = String()
    subject = String()
    in_app_title = String(null=True)
    enabled = Boolean(default=True)
    mail_enabled = Enum(Channel, default=Channel.CHOICE_ON)
    in_app_enabled = Enum(Channel, default=Channel.CHOICE_ON)
    body = Text()
    in_app_body = Text(null=True)
    edit_preference_message = String(null=True)
    in_app_url = String(null=True)
    cc = Json(null=True)
    bcc = Json(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "notification_templates"
        verbose_name = "notification template"
        constraints = [  # the table was called email_templates
            models.UniqueConstraint(fields=["key"], name="email_templates_key_unique")
        ]

    def __str__(self) -> str:
        return self.key.replace("_", " ").capitalize()

    def is_choice(self, channel: str) -> bool:
        """`force` and `never` leave the user none. Channels are `mail` and `in_app`."""
        state = getattr(self, f"{channel}_enabled")
        return state in (self.Channel.CHOICE_ON, self.Channel.CHOICE_OFF)

    def is_on(self, channel: str, chosen: "NotificationPreference | None") -> bool:
        """Without a preference of the user the template's counts."""
        column = f"{channel}_enabled"
        if chosen is not None and self.is_choice(channel):
            return bool(getattr(chosen, column))
        return getattr(self, column) in (self.Channel.FORCE, self.Channel.CHOICE_ON)


class NotificationPreference(LaravelModel):
    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="notification_preferences")
    notification_template = ForeignKey(NotificationTemplate, CASCADE, related_name="preferences")
    mail_enabled = Boolean(default=True)
    in_app_enabled = Boolean(default=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "notification_preferences"
        verbose_name = "notification preference"

    def __str__(self) -> str:
        return f"template {self.notification_template_id} for user {self.user_id}"


class Notification(LaravelModel):
    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="notifications")
    title = String()
    body = Text()
    url = String(null=True)
    read_at = Timestamp(null=True)
    show_in_app = Boolean(default=True)
    show_as_push = Boolean(default=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "notifications"
        verbose_name = "notification"

    def __str__(self) -> str:
        return self.title


class NotificationSubscription(LaravelModel):
    """A browser that wants push messages."""

    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="notification_subscriptions")
    endpoint = String(unique=True)
    p256dh_key = Encrypted()
    auth_key = Encrypted()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "notification_subscriptions"
        verbose_name = "push subscription"

    def __str__(self) -> str:
        return self.endpoint
