from paymenter.db.fields import CreatedAt, Date, Integer, String, UnsignedBigAuto, UpdatedAt
from paymenter.db.models import Index, LaravelModel


class CronStat(LaravelModel):
    """What one run did: one row for each key and run, readers add them up."""

    id = UnsignedBigAuto()
    key = String()
    value = Integer(default=0)
    date = Date()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "cron_stats"
        verbose_name = "figure of the daily run"
        verbose_name_plural = "figures of the daily run"
        indexes = [Index(fields=["date"])]

    def __str__(self) -> str:
        return f"{self.key} on {self.date}: {self.value}"
