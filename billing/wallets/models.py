from django.db import models

from paymenter.db.fields import CreatedAt, Decimal, String, UnsignedBig
from paymenter.db.models import Spelled


class CreditAccount(Spelled):
    """What our movements say that a client has in one currency.

    Its row is the lock of the balance, which Laravel's table cannot be: there may be no row in it,
    or several. `key` is user and currency.
    """

    key = models.CharField(max_length=32, primary_key=True)
    user_id = UnsignedBig(db_index=True)
    currency_code = String(3)
    balance = Decimal(default=0)

    class Meta:
        db_table = "credit_accounts"
        default_permissions = ()
        verbose_name = "credit account"

    def __str__(self) -> str:
        return self.key


class CreditMovement(Spelled):
    """One change of a balance and why; never changed or deleted.

    `balance` is what the client had afterwards, in all rows of the currency together.
    """

    class Kind(models.TextChoices):
        OPENING = "opening"  # what there was when our first movement was written
        OUTSIDE = "outside"  # what somebody else wrote since the last movement: PHP, or by hand
        DEPOSIT = "deposit"  # a paid deposit
        PAYMENT = "payment"  # used for an invoice
        OVERPAYMENT = "overpayment"  # paid beyond the invoice
        REFUND = "refund"  # given back as credit
        UNDELIVERED = "undelivered"  # paid for what cannot be given any more
        DOWNGRADE = "downgrade"  # the rest of a dearer product
        STAFF = "staff"  # set by staff
        OTHER = "other"

    id = models.BigAutoField(primary_key=True)
    user_id = UnsignedBig()
    currency_code = String(3)
    kind = String(16, choices=Kind.choices)
    amount = Decimal()
    balance = Decimal()
    invoice_id = UnsignedBig(null=True, db_index=True)
    invoice_transaction_id = UnsignedBig(null=True)
    reason = String(null=True)
    staff_id = UnsignedBig(null=True)
    created_at = CreatedAt()

    class Meta:
        db_table = "credit_movements"
        default_permissions = ()
        verbose_name = "credit movement"
        indexes = [
            models.Index(fields=["user_id", "currency_code", "id"], name="credit_movements_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency_code}"
