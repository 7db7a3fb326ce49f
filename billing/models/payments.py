from django.db import models

from paymenter.db.fields import (
    CASCADE,
    SET_NULL,
    Boolean,
    Char,
    CreatedAt,
    Date,
    Decimal,
    ForeignKey,
    String,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel, SoftDeletes
from paymenter.db.morph import MorphMany


class InvoiceTransaction(LaravelModel):
    """A payment or the attempt at one. `transaction_id` is the provider's."""

    class Status(models.TextChoices):
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = UnsignedBigAuto()
    invoice = ForeignKey("billing.Invoice", CASCADE, related_name="transactions")
    gateway = ForeignKey("billing.Gateway", SET_NULL, null=True, related_name="transactions")
    amount = Decimal()
    fee = Decimal(null=True)
    transaction_id = String(null=True)
    status = String(choices=Status.choices, default=Status.SUCCEEDED)
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    is_credit_transaction = Boolean(default=False)

    class Meta(LaravelModel.Meta):
        db_table = "invoice_transactions"
        verbose_name = "transaction"

    def __str__(self) -> str:
        return self.transaction_id or f"transaction {self.pk}"


class BillingAgreement(SoftDeletes):
    """A saved way to pay. `external_reference` is unique among deleted rows too."""

    id = UnsignedBigAuto()
    ulid = Char(26, unique=True)
    user = ForeignKey("accounts.User", CASCADE, related_name="billing_agreements")
    gateway = ForeignKey("billing.Gateway", CASCADE, related_name="billing_agreements")
    name = String()
    type = String(null=True)
    expiry = Date(null=True)
    external_reference = String(unique=True)
    deleted_at = Timestamp(null=True, editable=False)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    properties = MorphMany("accounts.Property", "model_type", "model_id")

    class Meta(LaravelModel.Meta):
        db_table = "billing_agreements"
        verbose_name = "saved payment method"

    def __str__(self) -> str:
        return self.name
