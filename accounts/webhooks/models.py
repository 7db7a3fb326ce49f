from django.db import models

from paymenter.db.fields import (
    Boolean,
    CreatedAt,
    Encrypted,
    Integer,
    JsonText,
    LongText,
    String,
    Timestamp,
    UnsignedBig,
    UpdatedAt,
)


class WebhookEndpoint(models.Model):
    """Where events are told. `events` are their names, NULL means all that there are.

    `previous_secret` signs too until `previous_secret_until`. `failing_since` is when the first
    delivery failed since the last that succeeded.
    """

    id = models.BigAutoField(primary_key=True)
    url = String(2000)
    description = String(null=True)
    secret = Encrypted()
    previous_secret = Encrypted(null=True)
    previous_secret_until = Timestamp(null=True)
    events = JsonText(null=True)
    enabled = Boolean(default=True)
    disabled_at = Timestamp(null=True)
    disabled_reason = String(null=True)
    failing_since = Timestamp(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "webhook_endpoints"
        default_permissions = ()
        verbose_name = "webhook endpoint"

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event for one endpoint; `payload` is what is sent, byte for byte, and never changes.

    `webhook_id` is the same in all attempts. `attempts` counts those begun, also by a worker that
    died in one. `answer` is how the last answer began, `error` why the last attempt failed.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    webhook_id = String(40, unique=True)
    endpoint_id = UnsignedBig(db_index=True)
    event = String(64)
    payload = LongText()
    state = String(16, choices=State.choices, default=State.PENDING)
    attempts = Integer(default=0)
    next_attempt_at = Timestamp(null=True)
    status_code = Integer(null=True)
    answer = String(500, null=True)
    error = String(500, null=True)
    duration_ms = Integer(null=True)
    created_at = CreatedAt(db_index=True)
    updated_at = UpdatedAt()

    class Meta:
        db_table = "webhook_deliveries"
        default_permissions = ()
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"

    def __str__(self) -> str:
        return self.webhook_id
