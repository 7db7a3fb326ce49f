"""The traces that Paymenter's staff pages read: when the schedule and the daily run last ran."""

from paymenter.db import fields, zone
from paymenter.db.morph import class_name
from paymenter.models import CronStat, Setting


def beat() -> None:
    """Paymenter: app:schedule-heartbeat-command."""
    note_run("last_scheduler_run")


def note_run(key: str) -> None:
    """Writes the moment, in the installation's time, to the setting of the statistics."""
    now = fields.now()
    where = {"key": key, "settingable_type": class_name(CronStat), "settingable_id": None}
    text = f"{zone.naive(now):%Y-%m-%d %H:%M:%S}"
    if not Setting.objects.filter(**where).update(value=text, updated_at=now):
        Setting.objects.create(**where, value=text)
