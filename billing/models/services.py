from django.db import models

from paymenter.db.fields import (
    CASCADE,
    SET_NULL,
    CreatedAt,
    DateTime,
    Decimal,
    ForeignKey,
    Integer,
    String,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel
from paymenter.db.morph import MorphMany


class Service(LaravelModel):
    """A product that somebody has. `price` is for one unit and one period, without setup fee."""

    class Status(models.TextChoices):
        PENDING = "pending"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CANCELLED = "cancelled"

    id = UnsignedBigAuto()
    status = String(choices=Status.choices, default=Status.PENDING)
    order = ForeignKey("billing.Order", CASCADE, null=True, related_name="services")
    product = ForeignKey("billing.Product", SET_NULL, null=True, related_name="services")
    user = ForeignKey("accounts.User", CASCADE, related_name="services")
    currency = ForeignKey(
        "billing.Currency", constrained=False, attname="currency_code", related_name="+"
    )
    quantity = Integer(default=1)
    price = Decimal()
    plan = ForeignKey("billing.Plan", SET_NULL, null=True, related_name="services")
    coupon = ForeignKey("billing.Coupon", SET_NULL, null=True, related_name="services")
    expires_at = DateTime(null=True)
    subscription_id = String(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    billing_agreement = ForeignKey(
        "billing.BillingAgreement", SET_NULL, null=True, related_name="services"
    )
    label = String(null=True)

    properties = MorphMany("accounts.Property", "model_type", "model_id")
    configs = MorphMany("billing.ServiceConfig", "configurable_type", "configurable_id")
    invoice_items = MorphMany("billing.InvoiceItem", "reference_type", "reference_id")
    invoices = MorphMany("billing.InvoiceItem", "reference_type", "reference_id", through="invoice")

    class Meta(LaravelModel.Meta):
        db_table = "services"
        verbose_name = "service"

    def __str__(self) -> str:
        return self.label or f"service {self.pk}"
