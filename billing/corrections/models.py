from django.db import models

from paymenter.db.fields import (
    CreatedAt,
    Decimal,
    Integer,
    String,
    UnsignedBig,
    UpdatedAt,
)


class NumberSeries(models.Model):
    """The last number issued in a series; its row is the lock, so that there are no gaps."""

    name = models.CharField(max_length=32, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)
    created_at = CreatedAt()

    class Meta:
        db_table = "number_series"
        default_permissions = ()
        verbose_name = "number series"

    def __str__(self) -> str:
        return self.name


class CreditNote(models.Model):
    """Takes back a part or all of an issued invoice; never changed or deleted.

    Who was billed and the tax rate are those of the invoice, frozen. `amount` is gross and
    positive, `tax` is part of it.
    """

    id = models.BigAutoField(primary_key=True)
    number = String(unique=True)
    invoice_id = UnsignedBig(db_index=True)
    invoice_number = String(null=True)
    user_id = UnsignedBig(db_index=True)
    currency_code = String(3)
    amount = Decimal()
    tax = Decimal(default=0)
    tax_name = String(null=True)
    tax_rate = Decimal(5, 2, null=True)
    name = String(null=True)
    reason = String(null=True)
    staff_id = UnsignedBig(null=True)
    created_at = CreatedAt()

    class Meta:
        db_table = "credit_notes"
        default_permissions = ()
        verbose_name = "credit note"

    def __str__(self) -> str:
        return self.number


class CreditNoteItem(models.Model):
    """`invoice_item_id` is None where the note speaks of the invoice as a whole."""

    id = models.BigAutoField(primary_key=True)
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="items")
    invoice_item_id = UnsignedBig(null=True)
    description = String(null=True)
    amount = Decimal()

    class Meta:
        db_table = "credit_note_items"
        default_permissions = ()
        verbose_name = "credit note item"

    def __str__(self) -> str:
        return self.description or f"item {self.pk}"


class Refund(models.Model):
    """Money that goes back to a client.

    It counts when it has succeeded: then `invoice_transaction_id` is the negative payment that
    Paymenter's pages show. `payment_id` is the payment that the gateway gives back. `key` makes
    the gateway refund once, however often it is asked.
    """

    class Method(models.TextChoices):
        CREDIT = "credit"
        GATEWAY = "gateway"
        MANUAL = "manual"  # paid out by staff, here only recorded

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    invoice_id = UnsignedBig(db_index=True)
    payment_id = UnsignedBig(null=True)
    method = String(16, choices=Method.choices)
    status = String(16, choices=Status.choices, default=Status.PENDING)
    amount = Decimal()
    reason = String(null=True)
    key = String(36, unique=True)
    provider_id = String(null=True)
    error = String(null=True)
    invoice_transaction_id = UnsignedBig(null=True)
    credit_note_id = UnsignedBig(null=True)
    attempts = Integer(default=0)
    staff_id = UnsignedBig(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "refunds"
        default_permissions = ()
        verbose_name = "refund"

    def __str__(self) -> str:
        return f"refund of {self.amount} for invoice {self.invoice_id}"
