from django.db import models

from paymenter.db.fields import (
    CASCADE,
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


class Coupon(LaravelModel):
    """`recurring`: how many periods it discounts, 0 for all, NULL for the first only."""

    class Type(models.TextChoices):
        PERCENTAGE = "percentage"
        FIXED = "fixed"

    class AppliesTo(models.TextChoices):
        ALL = "all", "price and setup fee"
        PRICE = "price"
        SETUP_FEE = "setup_fee", "setup fee"

    id = UnsignedBigAuto()
    type = String(choices=Type.choices)
    applies_to = String(choices=AppliesTo.choices, default=AppliesTo.ALL)
    recurring = Integer(null=True)
    code = String()
    value = Decimal(null=True)
    max_uses = Integer(null=True)
    max_uses_per_user = Integer(null=True)
    starts_at = DateTime(null=True)
    expires_at = DateTime(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    products: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "billing.Product", through="billing.CouponProduct", related_name="coupons"
    )

    class Meta(LaravelModel.Meta):
        db_table = "coupons"
        verbose_name = "coupon"

    def __str__(self) -> str:
        return self.code


class CouponProduct(LaravelModel):
    """A coupon with such rows is for these products only."""

    id = UnsignedBigAuto()
    coupon = ForeignKey(Coupon, CASCADE, related_name="product_links")
    product = ForeignKey("billing.Product", CASCADE, related_name="coupon_links")

    class Meta(LaravelModel.Meta):
        db_table = "coupon_products"
        verbose_name = "product of a coupon"
        verbose_name_plural = "products of coupons"

    def __str__(self) -> str:
        return f"coupon {self.coupon_id} for product {self.product_id}"
