from paymenter.api import cron_stats, debug_logs, extensions, failed_jobs
from paymenter.jsonapi.commands import command_urls
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
router.register("cron-stats", cron_stats.CronStatViewSet, basename="cron-stats")
router.register("debug-logs", debug_logs.DebugLogViewSet, basename="debug-logs")
router.register("extensions", extensions.ExtensionViewSet, basename="extensions")
router.register("failed-jobs", failed_jobs.FailedJobViewSet, basename="failed-jobs")

urlpatterns = router.urls + command_urls(failed_jobs.RetryFailedJob, failed_jobs.ShowQueue)
