from typing import Any

from django.db import models


class Envelope(models.Model):
    """What a mail has besides recipient, subject and body, which its row in email_logs holds.
    Most mails have none."""

    email_log_id: "models.BigIntegerField[Any, Any]" = models.BigIntegerField(primary_key=True)
    cc: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    bcc: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    attachments: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    headers: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        db_table = "mail_envelopes"
        default_permissions = ()
        verbose_name = "envelope"

    def __str__(self) -> str:
        return f"of mail {self.email_log_id}"
