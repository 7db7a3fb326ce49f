from django.db import models

from paymenter.db.fields import CreatedAt, String, UnsignedBig, UpdatedAt
from paymenter.db.models import Spelled


class Fulfilment(Spelled):
    """What one item of a paid invoice was paid for: given once, whatever the status does later."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        OUTSIDE = "outside"  # Paymenter had given it before we knew of the invoice
        UNDELIVERED = "undelivered"  # it cannot be given: what was paid became credit
        FAILED = "failed"  # tried again

    invoice_item_id = UnsignedBig(primary_key=True)
    invoice_id = UnsignedBig(db_index=True)
    status = String(16, choices=Status.choices, default=Status.PENDING, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    error = String(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "fulfilments"
        default_permissions = ()
        verbose_name = "fulfilment"

    def __str__(self) -> str:
        return f"fulfilment of item {self.invoice_item_id}"


class CountedPayment(Spelled):
    """A payment of a provider, which counts for one invoice only.

    `digest` is made of the gateway and the provider's id.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    invoice_id = UnsignedBig()
    created_at = CreatedAt()

    class Meta:
        db_table = "counted_payments"
        default_permissions = ()
        verbose_name = "counted payment"

    def __str__(self) -> str:
        return self.digest
