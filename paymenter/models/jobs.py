"""Laravel's queue. We neither put jobs there nor take any; failures of ours are shown to PHP."""

from paymenter.db.fields import (
    Integer,
    LongText,
    MediumText,
    String,
    Text,
    Timestamp,
    UnsignedBigAuto,
    UnsignedInteger,
    UnsignedTiny,
)
from paymenter.db.models import Index, LaravelModel


class Job(LaravelModel):
    """Times are Unix seconds."""

    id = UnsignedBigAuto()
    queue = String()
    payload = LongText()
    attempts = UnsignedTiny()
    reserved_at = UnsignedInteger(null=True)
    available_at = UnsignedInteger()
    created_at = UnsignedInteger()

    class Meta(LaravelModel.Meta):
        db_table = "jobs"
        verbose_name = "waiting job of PHP"
        verbose_name_plural = "waiting jobs of PHP"
        indexes = [Index(fields=["queue"])]

    def __str__(self) -> str:
        return f"job {self.pk} in {self.queue}"


class JobBatch(LaravelModel):
    """Times are Unix seconds."""

    id = String(primary_key=True)
    name = String()
    total_jobs = Integer()
    pending_jobs = Integer()
    failed_jobs = Integer()
    failed_job_ids = LongText()
    options = MediumText(null=True)
    cancelled_at = Integer(null=True)
    created_at = Integer()
    finished_at = Integer(null=True)

    class Meta(LaravelModel.Meta):
        db_table = "job_batches"
        verbose_name = "batch of jobs"
        verbose_name_plural = "batches of jobs"

    def __str__(self) -> str:
        return self.name


class FailedJob(LaravelModel):
    id = UnsignedBigAuto()
    uuid = String(unique=True)
    connection = Text()
    queue = Text()
    payload = LongText()
    exception = LongText()
    failed_at = Timestamp(use_current=True)

    class Meta(LaravelModel.Meta):
        db_table = "failed_jobs"
        verbose_name = "failed job"

    def __str__(self) -> str:
        return self.uuid
