from django.db import models

from paymenter.db.models import Spelled


class Anchor(Spelled):
    """Kept where the setting `billing_month_end` is clamp and the first period began after the
    28th: February alone would forget the day."""

    service_id = models.PositiveBigIntegerField(primary_key=True)
    day = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "billing_anchors"
        default_permissions = ()
        verbose_name = "billing day"

    def __str__(self) -> str:
        return f"service {self.service_id}: {self.day}"
