from django.db import models

from paymenter.db.fields import (
    CASCADE,
    Boolean,
    CreatedAt,
    DateTime,
    ForeignKey,
    Json,
    String,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class ApiKey(LaravelModel):
    """`token` is the SHA-256 of what the caller sends; the key itself is not kept."""

    class Type(models.TextChoices):
        ADMIN = "admin"
        CLIENT = "client"

    id = UnsignedBigAuto()
    name = String()
    permissions = Json(null=True)
    token = String(unique=True, editable=False)
    user = ForeignKey(
        "accounts.User", CASCADE, update_rule=CASCADE, null=True, related_name="api_keys"
    )
    type = String(null=True)
    ip_addresses = Json(null=True)
    last_used_at = DateTime(null=True, editable=False)
    enabled = Boolean(default=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "api_keys"
        verbose_name = "API key"

    def __str__(self) -> str:
        return self.name
