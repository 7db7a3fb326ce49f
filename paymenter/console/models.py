from django.db import models

from paymenter.db.fields import CreatedAt, UnsignedBig


class SavedFilter(models.Model):
    """A list as somebody wants to see it again: its search, filters and order, under a name."""

    user_id = UnsignedBig()
    page = models.CharField(max_length=100)  # `billing.invoice`
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    created_at = CreatedAt()

    class Meta:
        db_table = "console_saved_filters"
        default_permissions = ()
        verbose_name = "saved filter"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "page", "name"], name="console_saved_filters_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name
