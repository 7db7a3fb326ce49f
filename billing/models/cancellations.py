from django.db import models

from paymenter.db.fields import (
    CASCADE,
    CreatedAt,
    Enum,
    ForeignKey,
    String,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class ServiceCancellation(LaravelModel):
    class Type(models.TextChoices):
        IMMEDIATE = "immediate", "at once"
        END_OF_PERIOD = "end_of_period", "at the end of the period"

    id = UnsignedBigAuto()
    service = ForeignKey("billing.Service", CASCADE, related_name="cancellations")
    reason = String(null=True)
    type = Enum(Type, default=Type.IMMEDIATE)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "service_cancellations"
        verbose_name = "cancellation"

    def __str__(self) -> str:
        return f"cancellation of service {self.service_id} {self.get_type_display()}"
