from django.db import models


class ScheduledRun(models.Model):
    """Of each entry of `paymenter/schedule.py` the last time it was due and was dealt with."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "scheduled_runs"
        default_permissions = ()
        verbose_name = "scheduled run"

    def __str__(self) -> str:
        return f"{self.name} of {self.due_at:%Y-%m-%d %H:%M} UTC"
