from paymenter.db.fields import (
    CASCADE,
    SET_NULL,
    Char,
    CreatedAt,
    ForeignKey,
    Integer,
    Json,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class Cart(LaravelModel):
    id = UnsignedBigAuto()
    ulid = Char(26, unique=True)
    user = ForeignKey("accounts.User", CASCADE, null=True, related_name="carts")
    coupon = ForeignKey("billing.Coupon", SET_NULL, null=True, related_name="carts")
    currency = ForeignKey(
        "billing.Currency", constrained=False, attname="currency_code", related_name="+"
    )
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "carts"
        verbose_name = "cart"

    def __str__(self) -> str:
        return f"cart {self.pk}"


class CartItem(LaravelModel):
    id = UnsignedBigAuto()
    cart = ForeignKey(Cart, CASCADE, related_name="items")
    product = ForeignKey("billing.Product", CASCADE, null=True, related_name="+")
    plan = ForeignKey("billing.Plan", CASCADE, null=True, related_name="+")
    config_options = Json(null=True)
    checkout_config = Json(null=True)
    quantity = Integer(default=1)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "cart_items"
        verbose_name = "cart item"

    def __str__(self) -> str:
        return f"{self.quantity} × product {self.product_id}"
