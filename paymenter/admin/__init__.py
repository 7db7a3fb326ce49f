from paymenter.admin import cron_stats, dashboard, debug_logs, extensions, failed_jobs

__all__ = ["cron_stats", "dashboard", "debug_logs", "extensions", "failed_jobs"]
