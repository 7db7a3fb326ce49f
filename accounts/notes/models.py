from django.db import models

from paymenter.db.fields import CreatedAt, UnsignedBig, UpdatedAt


class ClientNote(models.Model):
    """For staff only; `author_id` is null for an API key's."""

    user_id = UnsignedBig(db_index=True)
    author_id = UnsignedBig(null=True)
    text = models.TextField()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "client_notes"
        default_permissions = ()
        verbose_name = "note"

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"
