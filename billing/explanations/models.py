from django.db import models

from paymenter.db.models import Spelled


class Explanation(Spelled):
    """The facts behind one amount (billing.rules.explanations), written together with it.

    `subject` and `subject_id` name the row: an invoice item, an upgrade, or a service, for a period
    that cost nothing and so has no item; `period` is then the day on which it began.
    """

    class Subject(models.TextChoices):
        INVOICE_ITEM = "invoice_item"
        SERVICE_UPGRADE = "service_upgrade"
        FREE_PERIOD = "free_period"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=20, choices=Subject.choices)
    subject_id = models.PositiveBigIntegerField()
    period = models.CharField(max_length=10, blank=True, default="")
    facts = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "billing_explanations"
        default_permissions = ()
        verbose_name = "explanation"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "period"], name="billing_explanations_subject"
            )
        ]

    def __str__(self) -> str:
        return f"explanation of {self.subject} {self.subject_id}"
