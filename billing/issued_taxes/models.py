from django.db import models

from paymenter.db.fields import CreatedAt, Decimal, String, UnsignedBig
from paymenter.db.models import Spelled


class IssuedTax(Spelled):
    """The client's rate when the invoice was issued; `name` is NULL where there was none.

    `is_charged`: whether taxes were switched on. The rate is kept either way, as in snapshots.
    """

    id = models.BigAutoField(primary_key=True)
    invoice_id = UnsignedBig(unique=True)
    name = String(null=True)
    rate = Decimal(5, 2, null=True)
    country = String(null=True)
    is_charged = models.BooleanField()
    created_at = CreatedAt()

    class Meta:
        db_table = "billing_issued_taxes"
        default_permissions = ()
        verbose_name = "tax of an issued invoice"

    def __str__(self) -> str:
        return f"tax of invoice {self.invoice_id}"
