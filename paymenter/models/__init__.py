from paymenter.models.cron_stats import CronStat
from paymenter.models.debug_logs import DebugLog
from paymenter.models.extensions import Extension, ExtensionManager
from paymenter.models.jobs import FailedJob, Job, JobBatch
from paymenter.models.migrations import Migration
from paymenter.models.settings import Setting

__all__ = [
    "CronStat",
    "DebugLog",
    "Extension",
    "ExtensionManager",
    "FailedJob",
    "Job",
    "JobBatch",
    "Migration",
    "Setting",
]
