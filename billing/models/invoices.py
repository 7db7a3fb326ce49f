from django.db import models

from paymenter.db.fields import (
    CASCADE,
    CreatedAt,
    Date,
    Decimal,
    ForeignKey,
    Integer,
    Json,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphMany, MorphTo
from paymenter.db.prepared import Prepared, Slot

_SNAPSHOTS: "Prepared[InvoiceSnapshot]" = Prepared(
    lambda: InvoiceSnapshot.objects.filter(invoice_id=Slot("invoice")).order_by("pk")
)


class Invoice(LaravelModel):
    """`number` is NULL while it is a proforma invoice."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        CANCELLED = "cancelled"

    id = UnsignedBigAuto()
    number = String(null=True, unique=True)
    status = String(choices=Status.choices, default=Status.PENDING)
    due_at = Date(null=True)
    currency = ForeignKey(
        "billing.Currency", constrained=False, attname="currency_code", related_name="+"
    )
    user = ForeignKey("accounts.User", CASCADE, related_name="invoices")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    properties = MorphMany("accounts.Property", "model_type", "model_id")

    class Meta(LaravelModel.Meta):
        db_table = "invoices"
        verbose_name = "invoice"

    def __str__(self) -> str:
        return self.number or f"proforma invoice {self.pk}"

    @property
    def snapshot(self) -> "InvoiceSnapshot | None":
        """Who was billed, as of the payment. One query unless `snapshots` is prefetched."""
        if "snapshots" in getattr(self, "_prefetched_objects_cache", ()):
            return min(self.snapshots.all(), key=lambda snapshot: snapshot.pk, default=None)
        return _SNAPSHOTS.first(invoice=self.pk)


class InvoiceItem(LaravelModel):
    """One line; `reference` is what the payment is for: a service, an upgrade or credit."""

    id = UnsignedBigAuto()
    invoice = ForeignKey(Invoice, CASCADE, related_name="items")
    price = Decimal()
    quantity = Integer(default=1)
    description = String(null=True)
    reference_type = String(null=True)
    reference_id = UnsignedBig(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    reference = MorphTo("reference_type", "reference_id")

    class Meta(LaravelModel.Meta):
        db_table = "invoice_items"
        verbose_name = "invoice item"
        indexes = [Index(fields=["reference_type", "reference_id"])]

    def __str__(self) -> str:
        return self.description or f"item {self.pk}"


class InvoiceSnapshot(LaravelModel):
    """The customer's data and the tax rate, frozen when the invoice was paid."""

    id = UnsignedBigAuto()
    name = String(null=True)
    properties = Json(null=True)
    tax_name = String(null=True)
    tax_rate = Decimal(5, 2, null=True)
    tax_country = String(null=True)
    bill_to = Text(null=True)
    invoice = ForeignKey(Invoice, CASCADE, related_name="snapshots")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "invoice_snapshots"
        verbose_name = "invoice snapshot"

    def __str__(self) -> str:
        return f"snapshot of invoice {self.invoice_id}"
