from django.db import models

from paymenter.db.fields import (
    Boolean,
    CreatedAt,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphTo


class Setting(LaravelModel):
    """One setting as stored; `paymenter.options` reads it typed and decrypted.

    Without `settingable_type` it is the installation's, else that of an extension or a product.
    """

    id = UnsignedBigAuto()
    key = String()
    value = Text(null=True)
    type = String(default="string")
    encrypted = Boolean(default=False)
    settingable_type = String(null=True)
    settingable_id = UnsignedBig(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    settingable = MorphTo("settingable_type", "settingable_id")

    class Meta(LaravelModel.Meta):
        db_table = "settings"
        verbose_name = "setting"
        indexes = [Index(fields=["settingable_type", "settingable_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "settingable_id", "settingable_type"],
                name="settings_key_settingable_id_settingable_type_unique",
            )
        ]

    def __str__(self) -> str:
        return self.key
