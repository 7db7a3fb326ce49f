from django.db import models

from paymenter.db.fields import (
    CASCADE,
    Boolean,
    CreatedAt,
    Decimal,
    Enum,
    ForeignKey,
    Integer,
    String,
    Text,
    UnsignedBig,
    UnsignedBigAuto,
    UnsignedTiny,
    UpdatedAt,
)
from paymenter.db.models import Index, LaravelModel
from paymenter.db.morph import MorphMany, MorphTo


class Currency(LaravelModel):
    """How amounts of a currency are written. Other tables name it without a foreign key."""

    class Format(models.TextChoices):
        POINT_COMMA = "1.000,00", "1.000,00"
        COMMA_POINT = "1,000.00", "1,000.00"
        BLANK_COMMA = "1 000,00", "1 000,00"
        BLANK_POINT = "1 000.00", "1 000.00"

    code = String(3, primary_key=True)
    name = String()
    prefix = String(null=True)
    suffix = String(null=True)
    format = Enum(Format, default=Format.POINT_COMMA)

    class Meta(LaravelModel.Meta):
        db_table = "currencies"
        verbose_name = "currency"
        verbose_name_plural = "currencies"

    def __str__(self) -> str:
        return self.code


class Category(LaravelModel):
    id = UnsignedBigAuto()
    slug = String(unique=True)
    name = String()
    description = Text(null=True)
    image = String(null=True)
    parent = ForeignKey("self", null=True, related_name="children")
    full_slug = Text(null=True)
    sort = UnsignedTiny(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "categories"
        verbose_name = "category"
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Product(LaravelModel):
    """`stock` NULL is unlimited; `server` is the module that provisions it."""

    class AllowQuantity(models.TextChoices):
        DISABLED = "disabled", "one only"
        SEPARATED = "separated", "one service for each unit"
        COMBINED = "combined", "one service for all units"

    id = UnsignedBigAuto()
    category = ForeignKey(Category, related_name="products")
    name = String()
    image = String(null=True)
    slug = String(null=True)
    description = Text(null=True)
    stock = Integer(null=True)
    per_user_limit = Integer(null=True)
    sort = UnsignedTiny(null=True)
    allow_quantity = Enum(AllowQuantity, default=AllowQuantity.DISABLED)
    server = ForeignKey("billing.Server", constrained=False, null=True, related_name="products")
    email_template = Text(null=True)
    created_at = CreatedAt()
    updated_at = UpdatedAt()
    hidden = Boolean(default=False)

    config_options: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "billing.ConfigOption", through="billing.ConfigOptionProduct", related_name="products"
    )
    upgrades: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "self",
        through="billing.ProductUpgrade",
        through_fields=("product", "upgrade"),
        symmetrical=False,
        related_name="upgraded_from",
    )
    plans = MorphMany("billing.Plan", "priceable_type", "priceable_id")
    settings = MorphMany("paymenter.Setting", "settingable_type", "settingable_id")

    class Meta(LaravelModel.Meta):
        db_table = "products"
        verbose_name = "product"

    def __str__(self) -> str:
        return self.name


class ProductUpgrade(LaravelModel):
    id = UnsignedBigAuto()
    product = ForeignKey(Product, CASCADE, related_name="upgrade_links")
    upgrade = ForeignKey(Product, CASCADE, related_name="+")
    created_at = CreatedAt()
    updated_at = UpdatedAt()

    class Meta(LaravelModel.Meta):
        db_table = "product_upgrades"
        verbose_name = "possible upgrade"

    def __str__(self) -> str:
        return f"product {self.product_id} to {self.upgrade_id}"


class Plan(LaravelModel):
    """How often a product, or the value of a config option, is billed."""

    class Type(models.TextChoices):
        FREE = "free"
        ONE_TIME = "one-time"
        RECURRING = "recurring"

    class Unit(models.TextChoices):
        HOUR = "hour"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        YEAR = "year"

    id = UnsignedBigAuto()
    name = String(null=True)
    priceable_type = String()
    priceable_id = UnsignedBig()
    type = Enum(Type)
    billing_period = Integer(null=True)
    billing_unit = Enum(Unit, null=True)
    sort = UnsignedTiny(null=True)

    priceable = MorphTo("priceable_type", "priceable_id")

    class Meta(LaravelModel.Meta):
        db_table = "plans"
        verbose_name = "plan"
        indexes = [Index(fields=["priceable_type", "priceable_id"])]

    def __str__(self) -> str:
        return self.name or f"plan {self.pk}"


class Price(LaravelModel):
    """Of one plan in one currency. Several rows for both are possible: the lowest id counts."""

    id = UnsignedBigAuto()
    price = Decimal(null=True)
    setup_fee = Decimal(null=True)
    currency = ForeignKey(Currency, constrained=False, attname="currency_code", related_name="+")
    plan = ForeignKey(Plan, constrained=False, null=True, related_name="prices")

    class Meta(LaravelModel.Meta):
        db_table = "prices"
        verbose_name = "price"

    def __str__(self) -> str:
        return f"{self.price} {self.currency_code}"
