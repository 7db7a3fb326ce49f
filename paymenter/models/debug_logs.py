from django.db import models

from paymenter.db.fields import CreatedAt, Json, String, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import LaravelModel


class DebugLog(LaravelModel):
    class Type(models.TextChoices):
        HTTP = "http"
        EXCEPTION = "exception"

    id = UnsignedBigAuto()
    type = String(choices=Type.choices)
    context = Json(default=dict)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "debug_logs"
        verbose_name = "debug log entry"
        verbose_name_plural = "debug log"

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.pk}"
