import uuid

from django.db import models

from paymenter.db.fields import (
    CASCADE,
    SET_NULL,
    CreatedAt,
    ForeignKey,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UpdatedAt,
    Uuid,
)
from paymenter.db.models import LaravelModel
from support.models.mail_logs import TicketMailLog


class Ticket(LaravelModel):
    """`department` is the text of the setting at the time; `normal` counts as medium."""

    class Status(models.TextChoices):
        OPEN = "open"
        REPLIED = "replied"
        CLOSED = "closed"

    class Priority(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"
        NORMAL = "normal"  # the column's default, offered nowhere

    id = UnsignedBigAuto()
    subject = String()
    status = String(choices=Status.choices, default=Status.OPEN)
    priority = String(choices=Priority.choices, default=Priority.NORMAL)
    department = String(null=True)
    user = ForeignKey("accounts.User", CASCADE, related_name="tickets")
    assignee = ForeignKey(
        "accounts.User", SET_NULL, null=True, attname="assigned_to", related_name="assigned_tickets"
    )
    service = ForeignKey("billing.Service", SET_NULL, null=True, related_name="tickets")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "tickets"
        verbose_name = "ticket"

    def __str__(self) -> str:
        return self.subject


class TicketMessage(LaravelModel):
    id = UnsignedBigAuto()
    ticket = ForeignKey(Ticket, CASCADE, related_name="messages")
    user = ForeignKey("accounts.User", CASCADE, related_name="ticket_messages")
    message = Text()
    ticket_mail_log = ForeignKey(TicketMailLog, CASCADE, null=True, related_name="messages")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "ticket_messages"
        verbose_name = "ticket message"

    def __str__(self) -> str:
        return f"message {self.pk} in ticket {self.ticket_id}"


class TicketMessageAttachment(LaravelModel):
    """`path` is relative to Laravel's storage/app."""

    id = UnsignedBigAuto()
    uuid = Uuid(default=uuid.uuid4, editable=False)
    filename = String()
    path = String()
    filesize = UnsignedBig()
    mime_type = String()
    ticket_message = ForeignKey(TicketMessage, CASCADE, related_name="attachments")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "ticket_message_attachments"
        verbose_name = "attachment"

    def __str__(self) -> str:
        return self.filename
