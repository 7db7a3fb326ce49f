"""What the console (`paymenter.console`) shows of the platform itself."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from paymenter.actions.heartbeat import HEARTBEAT
from paymenter.console.dashboard import widget
from paymenter.db import fields, zone
from paymenter.db.morph import class_name
from paymenter.models import CronStat, Setting

SCHEDULER_LATE = timedelta(minutes=5)
DAILY_LATE = timedelta(hours=25)
DAILY = "last_cron_run"


@widget("health", template="console/widgets/health.html", permission="cron_stats.view", order=60)
def health(request: HttpRequest) -> dict[str, Any]:
    """How many jobs failed stands in the menu."""
    return {"title": "Health", "lines": health_lines()}


def health_lines() -> list[dict[str, Any]]:
    rows = Setting.objects.filter(key__in=(HEARTBEAT, DAILY), settingable_type=class_name(CronStat))
    told = dict(rows.order_by("-pk").values_list("key", "value"))
    return [
        _line("Scheduler", told.get(HEARTBEAT), SCHEDULER_LATE, "manage.py schedule"),
        _line("Daily run", told.get(DAILY), DAILY_LATE, "manage.py run_daily"),
    ]


def _line(title: str, told: str | None, late: timedelta, command: str) -> dict[str, Any]:
    try:
        at = zone.aware(datetime.fromisoformat(told or ""))
    except ValueError:
        return {"title": title, "at": None, "fine": False, "command": command}
    return {"title": title, "at": at, "fine": fields.now() - at <= late, "command": command}
