from django.db import models

from paymenter.db.fields import (
    CreatedAt,
    Date,
    DateTime,
    Decimal,
    String,
    Text,
    UnsignedBig,
    UpdatedAt,
)
from paymenter.db.models import Spelled


class DailyRun(Spelled):
    """One daily run, as of `now`. One that was broken off is gone on with, by whoever comes next
    on the same day."""

    id = models.BigAutoField(primary_key=True)
    day = Date()
    open_day = Date(null=True, unique=True)  # the day until it is finished: one at a time
    now = DateTime()
    finished_at = DateTime(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "daily_runs"
        default_permissions = ()
        verbose_name = "daily run"

    def __str__(self) -> str:
        return f"run of {self.day}"


class DailySlice(Spelled):
    """A range of ids for one step, which a worker takes as a job. `last_id` belongs to it."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(DailyRun, models.CASCADE, related_name="slices")
    step = String(40)
    first_id = UnsignedBig()
    last_id = UnsignedBig()
    done_at = DateTime(null=True)

    class Meta:
        db_table = "daily_slices"
        default_permissions = ()
        verbose_name = "slice of a daily run"
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "first_id"], name="daily_slices_unique")
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.first_id} to {self.last_id}"


class DailyWork(Spelled):
    """What the daily run did to a record, stored with what it did: each step does so at most once
    a day. Of a renewal also which period was billed by which invoice (None: it cost nothing)."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(DailyRun, models.CASCADE, related_name="work")
    step = String(40)
    record_id = UnsignedBig()
    day = Date()
    amount = models.PositiveIntegerField(default=1)  # of rows that were dealt with together
    period_start = DateTime(null=True)
    invoice_id = UnsignedBig(null=True)

    class Meta:
        db_table = "daily_work"
        default_permissions = ()
        verbose_name = "work of a daily run"
        constraints = [
            models.UniqueConstraint(fields=["step", "record_id", "day"], name="daily_work_once")
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.record_id} on {self.day}"


class ParkedRow(Spelled):
    """A record that a step of the daily run could not deal with. It is tried again each day; after
    `LIMIT` failures it waits for staff. `waits`: it does so from now on."""

    LIMIT = 3

    id = models.BigAutoField(primary_key=True)
    step = String(40)
    record_type = String()
    record_id = UnsignedBig()
    failures = models.PositiveIntegerField(default=0)
    waits = models.BooleanField(default=False)
    confirmed = models.BooleanField(default=False)
    error = Text(default="")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "parked_rows"
        default_permissions = ()
        verbose_name = "parked row"
        constraints = [
            models.UniqueConstraint(fields=["step", "record_id"], name="parked_rows_unique")
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.record_type} {self.record_id}"


class Charge(Spelled):
    """An automatic charge of a saved payment method: one for each invoice at a time.

    `key` is told to the provider with every attempt, so that it charges once.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    invoice_id = UnsignedBig(unique=True)
    billing_agreement_id = UnsignedBig()
    run_id = UnsignedBig(null=True, db_index=True)
    key = String(36, unique=True)
    amount = Decimal(null=True)
    status = String(16, choices=Status.choices, default=Status.QUEUED)
    lease_until = DateTime(null=True)
    error = Text(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "charges"
        default_permissions = ()
        verbose_name = "automatic charge"

    def __str__(self) -> str:
        return f"charge for invoice {self.invoice_id}"
