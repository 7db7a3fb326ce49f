from django.db import models

from paymenter.db.fields import (
    CASCADE,
    Boolean,
    CreatedAt,
    ForeignKey,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UnsignedTiny,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphMany, MorphTo


class ConfigOption(LaravelModel):
    """An option of products; with a parent, one of the values to choose from."""

    class Type(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        SELECT = "select"
        RADIO = "radio"
        SLIDER = "slider"
        CHECKBOX = "checkbox"

    id = UnsignedBigAuto()
    name = String()
    description = Text(null=True)
    env_variable = String(null=True)
    type = String(null=True, choices=Type.choices)
    sort = UnsignedTiny(null=True)
    hidden = Boolean(default=False)
    upgradable = Boolean(default=False)
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    parent = ForeignKey("self", CASCADE, null=True, related_name="children")

    plans = MorphMany("billing.Plan", "priceable_type", "priceable_id")

    class Meta(LaravelModel.Meta):
        db_table = "config_options"
        verbose_name = "config option"

    def __str__(self) -> str:
        return self.name


class ConfigOptionProduct(LaravelModel):
    id = UnsignedBigAuto()
    config_option = ForeignKey(ConfigOption, CASCADE, related_name="product_links")
    product = ForeignKey("billing.Product", CASCADE, related_name="config_option_links")

    class Meta(LaravelModel.Meta):
        db_table = "config_option_products"
        verbose_name = "config option of a product"
        verbose_name_plural = "config options of products"

    def __str__(self) -> str:
        return f"option {self.config_option_id} of product {self.product_id}"


class ServiceConfig(LaravelModel):
    """The value chosen for an option, of a service or of an upgrade that is not yet paid."""

    id = UnsignedBigAuto()
    configurable_type = String()
    configurable_id = UnsignedBig()
    config_option = ForeignKey(ConfigOption, CASCADE, related_name="service_configs")
    config_value = ForeignKey(ConfigOption, CASCADE, related_name="+")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    configurable = MorphTo("configurable_type", "configurable_id")

    class Meta(LaravelModel.Meta):
        db_table = "service_configs"
        verbose_name = "chosen option"
        indexes = [Index(fields=["configurable_type", "configurable_id"])]

    def __str__(self) -> str:
        return f"option {self.config_option_id}: {self.config_value_id}"
