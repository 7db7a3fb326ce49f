from paymenter.db.fields import CreatedAt, Decimal, String, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import LaravelModel


class TaxRate(LaravelModel):
    """`country` is an ISO code of two letters, or `all`."""

    id = UnsignedBigAuto()
    name = String()
    rate = Decimal(5, 2)
    country = String(unique=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "tax_rates"
        verbose_name = "tax rate"

    def __str__(self) -> str:
        return f"{self.name} {self.rate} %"
