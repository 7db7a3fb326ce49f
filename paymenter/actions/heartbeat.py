"""The traces that Paymenter's staff pages read: when the schedule and the daily run last ran."""

from datetime import datetime, timedelta

from django.utils import timezone

from paymenter.db import fields, zone
from paymenter.db.morph import class_name
from paymenter.models import CronStat, Setting

HEARTBEAT = "last_scheduler_run"
ALIVE = timedelta(minutes=2)
TOLERANCE = timedelta(seconds=2)


def beat() -> None:
    """Paymenter: app:schedule-heartbeat-command."""
    note_run(HEARTBEAT)


def is_beaten_by_php(our_last: datetime | None) -> bool:
    """Whether a fresh heartbeat stands there that is not ours, the last of which was `our_last`."""
    rows = Setting.objects.filter(key=HEARTBEAT, settingable_type=class_name(CronStat))
    told = rows.order_by("pk").values_list("value", flat=True).first()
    try:
        at = zone.aware(datetime.fromisoformat(told or ""))
    except ValueError:
        return False
    ours = our_last is not None and abs(at - our_last) <= TOLERANCE
    return not ours and timezone.now() - at <= ALIVE


def note_run(key: str) -> None:
    """Writes the moment, in the installation's time, to the setting of the statistics."""
    now = fields.now()
    where = {"key": key, "settingable_type": class_name(CronStat), "settingable_id": None}
    text = f"{zone.naive(now):%Y-%m-%d %H:%M:%S}"
    if not Setting.objects.filter(**where).update(value=text, updated_at=now):
        Setting.objects.create(**where, value=text)
