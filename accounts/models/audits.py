from paymenter.db.fields import (
    CreatedAt,
    ForeignKey,
    Json,
    JsonText,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphTo


class Audit(LaravelModel):
    """Who changed what; the format is that of owen-it/laravel-auditing."""

    id = UnsignedBigAuto()
    user_type = String(null=True)
    user_id = UnsignedBig(null=True)
    event = String()
    auditable_type = String()
    auditable_id = UnsignedBig()
    old_values = JsonText(null=True)
    new_values = JsonText(null=True)
    url = Text(null=True)
    ip_address = String(45, null=True)
    user_agent = String(1023, null=True)
    tags = String(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    user = MorphTo("user_type", "user_id")
    auditable = MorphTo("auditable_type", "auditable_id")

    class Meta(LaravelModel.Meta):
        db_table = "audits"
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes = [
            Index(fields=["auditable_type", "auditable_id"]),
            Index(fields=["user_id", "user_type"]),
        ]

    def __str__(self) -> str:
        kind = self.auditable_type.rpartition("\\")[2]
        return f"{kind} {self.auditable_id} {self.event.replace('_', ' ')}"


class AuditLog(LaravelModel):
    """Left over from an early version; nothing writes it."""

    id = UnsignedBigAuto()
    action = String()
    description = String(null=True)
    model_type = String()
    model_id = UnsignedBig()
    user = ForeignKey("accounts.User", constrained=False, null=True, related_name="+")
    changes = Json(null=True)
    ip_address = String(null=True)
    user_agent = String(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "audit_logs"
        verbose_name = "old audit entry"
        verbose_name_plural = "old audit entries"
        indexes = [Index(fields=["model_type", "model_id"])]

    def __str__(self) -> str:
        return f"{self.model_type} {self.model_id} {self.action}"
