"""Django's log of the admin, without the foreign key into Laravel's `users`.

With it, PHP could no longer delete a user who ever changed something in the console. For Django's
autodetector the state is that of the original migrations.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.admin.models import LogEntryManager
from django.db import migrations, models


def log_entry(**user: Any) -> migrations.CreateModel:
    return migrations.CreateModel(
        name="LogEntry",
        fields=[
            (
                "id",
                models.AutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "action_time",
                models.DateTimeField(
                    default=django.utils.timezone.now, editable=False, verbose_name="action time"
                ),
            ),
            ("object_id", models.TextField(blank=True, null=True, verbose_name="object id")),
            ("object_repr", models.CharField(max_length=200, verbose_name="object repr")),
            (
                "action_flag",
                models.PositiveSmallIntegerField(
                    choices=[(1, "Addition"), (2, "Change"), (3, "Deletion")],
                    verbose_name="action flag",
                ),
            ),
            ("change_message", models.TextField(blank=True, verbose_name="change message")),
            (
                "content_type",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    to="contenttypes.contenttype",
                    verbose_name="content type",
                ),
            ),
            (
                "user",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="user",
                    **user,
                ),
            ),
        ],
        options={
            "verbose_name": "log entry",
            "verbose_name_plural": "log entries",
            "db_table": "django_admin_log",
            "ordering": ["-action_time"],
        },
        managers=[("objects", LogEntryManager())],
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[log_entry(db_constraint=False)],
            state_operations=[log_entry()],
        )
    ]
