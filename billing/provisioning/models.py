from django.db import models

from paymenter.db.fields import CreatedAt, DateTime, String, Text, UnsignedBig, UpdatedAt


class Provisioning(models.Model):
    """Something that a service's server has to do, and what became of it.

    Those of one service are carried out one after the other, in the order of their ids.
    """

    class Action(models.TextChoices):
        CREATE = "create"
        SUSPEND = "suspend"
        UNSUSPEND = "unsuspend"
        TERMINATE = "terminate"
        UPGRADE = "upgrade"

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"  # a worker is at it until `lease_until`
        DONE = "done"
        FAILED = "failed"  # waits for staff
        SUPERSEDED = "superseded"  # something later made it pointless
        DISMISSED = "dismissed"  # staff said that it need not be done

    id = models.BigAutoField(primary_key=True)
    service_id = UnsignedBig()
    action = String(16, choices=Action.choices)
    status = String(16, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    error = Text(null=True)
    tells_client = models.BooleanField(default=True)
    lease_until = DateTime(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta:
        db_table = "provisionings"
        default_permissions = ()
        verbose_name = "provisioning"
        indexes = [
            models.Index(fields=["service_id", "id"], name="provisionings_of_service"),
            models.Index(fields=["status", "id"], name="provisionings_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.action} service {self.service_id}"
