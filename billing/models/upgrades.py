from django.db import models

from paymenter.db.fields import (
    CASCADE,
    CreatedAt,
    ForeignKey,
    String,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel
from paymenter.db.morph import MorphMany


class ServiceUpgrade(LaravelModel):
    """The wish for another product, plan or options; carried out when `invoice` is paid."""

    class Status(models.TextChoices):
        PENDING = "pending"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    id = UnsignedBigAuto()
    service = ForeignKey("billing.Service", CASCADE, related_name="upgrades")
    plan = ForeignKey("billing.Plan", CASCADE, related_name="+")
    product = ForeignKey("billing.Product", CASCADE, related_name="+")
    invoice = ForeignKey("billing.Invoice", CASCADE, null=True, related_name="upgrades")
    status = String(choices=Status.choices, default=Status.PENDING)
    type = String(default="product")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    configs = MorphMany("billing.ServiceConfig", "configurable_type", "configurable_id")
    invoice_items = MorphMany("billing.InvoiceItem", "reference_type", "reference_id")

    class Meta(LaravelModel.Meta):
        db_table = "service_upgrades"
        verbose_name = "upgrade"

    def __str__(self) -> str:
        return f"upgrade of service {self.service_id}"
