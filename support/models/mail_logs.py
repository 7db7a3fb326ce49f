from django.db import models

from paymenter.db.fields import CreatedAt, String, Text, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import LaravelModel


class TicketMailLog(LaravelModel):
    """A mail that arrived in the support mailbox."""

    class Status(models.TextChoices):
        PROCESSED = "processed"
        UNPROCESSED = "unprocessed"

    id = UnsignedBigAuto()
    message_id = String()
    subject = String()
    sender = String(db_column="from")
    to = String()
    body = Text()
    status = String(choices=Status.choices)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "ticket_mail_logs"
        verbose_name = "received mail"

    def __str__(self) -> str:
        return self.subject
