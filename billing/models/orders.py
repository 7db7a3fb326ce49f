from paymenter.db.fields import CASCADE, CreatedAt, ForeignKey, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import LaravelModel


class Order(LaravelModel):
    """One purchase; its services carry everything else."""

    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="orders")
    currency = ForeignKey(
        "billing.Currency", constrained=False, attname="currency_code", related_name="+"
    )
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "orders"
        verbose_name = "order"

    def __str__(self) -> str:
        return f"order {self.pk}"
