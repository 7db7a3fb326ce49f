from django.db import models

from paymenter.db.fields import String


class DailyFigure(models.Model):
    """What a past day brought in one currency, by the installation's clock.

    A day that was counted has a row with the currency "" and zeros, also when nothing happened.
    """

    day = models.DateField()
    currency_code = String(3)
    payments = models.PositiveIntegerField(default=0)
    revenue = models.DecimalField(max_digits=17, decimal_places=2, default=0)
    fees = models.DecimalField(max_digits=17, decimal_places=2, default=0)
    orders = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "daily_figures"
        default_permissions = ()
        verbose_name = "figures of a day"
        constraints = [
            models.UniqueConstraint(fields=["day", "currency_code"], name="daily_figures_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency_code}".strip()
