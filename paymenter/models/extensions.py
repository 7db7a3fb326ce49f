from typing import Any

from django.db import models

from paymenter.db.fields import (
    Boolean,
    CreatedAt,
    String,
    Timestamp,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Kept, LaravelModel, SoftDeleteQuerySet, SoftDeletes
from paymenter.db.morph import MorphMany


class ExtensionManager(Kept[Any]):
    """Rows of one type only: the manager of a proxy model."""

    def __init__(self, type: str) -> None:
        super().__init__()
        self.type = type

    def get_queryset(self) -> SoftDeleteQuerySet[Any]:
        return super().get_queryset().filter(type=self.type)

    def create(self, **values: Any) -> Any:
        return super().create(**{"type": self.type, **values})


class Extension(SoftDeletes):
    """An installed extension; gateways and servers are rows of this table too."""

    class Type(models.TextChoices):
        GATEWAY = "gateway"
        SERVER = "server"
        OTHER = "other"

    id = UnsignedBigAuto()
    name = String()
    extension = String(help_text="The name of the code behind it, such as Stripe")
    type = String()
    enabled = Boolean(default=False)
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    deleted_at = Timestamp(null=True, editable=False)

    settings = MorphMany("paymenter.Setting", "settingable_type", "settingable_id")

    class Meta(LaravelModel.Meta):
        db_table = "extensions"
        verbose_name = "extension"

    def __str__(self) -> str:
        return self.name
