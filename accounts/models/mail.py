from django.db import models

from paymenter.db.fields import (
    SET_NULL,
    CreatedAt,
    ForeignKey,
    LongText,
    String,
    Text,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class EmailLog(LaravelModel):
    class Status(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"

    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", SET_NULL, null=True, related_name="email_logs")
    subject = String()
    to = String()
    body = LongText()
    sent_at = Timestamp(null=True)
    status = String(choices=Status.choices, default=Status.PENDING)
    error = Text(null=True)
    job_uuid = String(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "email_logs"
        verbose_name = "e-mail"

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
