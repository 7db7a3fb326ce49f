from django.db import models

from paymenter.db.fields import (
    CASCADE,
    Boolean,
    CreatedAt,
    ForeignKey,
    Json,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphTo


class CustomProperty(LaravelModel):
    """A field that staff defined for users; `validation` holds rules in Laravel's notation."""

    class Type(models.TextChoices):
        STRING = "string"
        TEXT = "text"
        NUMBER = "number"
        SELECT = "select"
        CHECKBOX = "checkbox"
        RADIO = "radio"
        DATE = "date"

    id = UnsignedBigAuto()
    name = String()
    description = String(null=True)
    key = String(unique=True)
    type = String(choices=Type.choices)
    model = String()
    validation = String(null=True)
    allowed_values = Json(null=True)
    non_editable = Boolean()
    required = Boolean()
    show_on_invoice = Boolean()

    class Meta(LaravelModel.Meta):
        db_table = "custom_properties"
        verbose_name = "custom property"
        verbose_name_plural = "custom properties"

    def __str__(self) -> str:
        return self.name


class Property(LaravelModel):
    """One value: of a custom property of a user, or whatever a server module keeps on a service."""

    id = UnsignedBigAuto()
    custom_property = ForeignKey(CustomProperty, CASCADE, null=True, related_name="properties")
    name = String(null=True)
    key = String()
    value = Text()
    model_type = String()
    model_id = UnsignedBig()
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    model = MorphTo("model_type", "model_id")

    class Meta(LaravelModel.Meta):
        db_table = "properties"
        verbose_name = "property"
        verbose_name_plural = "properties"
        indexes = [Index(fields=["model_type", "model_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "model_id", "model_type"],
                name="properties_key_model_id_model_type_unique",
            )
        ]

    def __str__(self) -> str:
        return self.key
