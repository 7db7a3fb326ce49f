from paymenter.db.fields import (
    CASCADE,
    CreatedAt,
    Decimal,
    ForeignKey,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import LaravelModel


class Credit(LaravelModel):
    """The balance of a user in one currency. Nothing prevents several rows for both."""

    id = UnsignedBigAuto()
    user = ForeignKey("accounts.User", CASCADE, related_name="credits")
    currency = ForeignKey(
        "billing.Currency", constrained=False, attname="currency_code", related_name="+"
    )
    amount = Decimal()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "credits"
        verbose_name = "credit balance"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency_code}"
