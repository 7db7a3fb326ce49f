"""A random installation: settings, products with plans and prices, coupons, taxes."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection

from accounts.tests.factories import UserFactory
from billing.models import Coupon, Gateway, Plan, Product
from billing.tests.factories import (
    CouponFactory,
    CurrencyFactory,
    GatewayFactory,
    PlanFactory,
    PriceFactory,
    ProductFactory,
    ProductUpgradeFactory,
    ServerFactory,
    TaxRateFactory,
)
from paymenter import options
from paymenter.models import Setting
from paymenter.tests.database import seed

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
PERIODS = ((1, "month"), (3, "month"), (1, "year"), (1, "week"), (2, "week"), (30, "day"))
FORMATS = ("INV-{number}", "{number}", "{year}-{number}", "R{year}{month}-{number}")
COUNTRIES = ("all", "DE", "US", "NL")

# settings that staff change while the shop runs, with what they choose from
CHANGES: dict[str, tuple[str, ...]] = {
    "tax_enabled": ("0", "1"),
    "tax_type": ("inclusive", "exclusive"),
    "cronjob_invoice": ("3", "7", "14"),
    "cronjob_order_cancel": ("3", "7"),
    "cronjob_order_suspend": ("1", "2", "5"),
    "cronjob_order_terminate": ("7", "14", "30"),
    "credits_auto_use": ("0", "1"),
    "credits_on_downgrade": ("0", "1"),
    "invoice_proforma": ("0", "1"),
    "invoice_snapshot": ("1", "1", "1"),
    "billing_month_end": ("overflow", "clamp"),
}


@dataclass(frozen=True, slots=True)
class Shop:
    rng: Random
    plans: list[Plan]
    coupons: list[Coupon]
    currencies: list[str]
    gateway: Gateway


def open_shop(rng: Random) -> Shop:
    """In an empty database."""
    seed(connection)
    put("timezone", rng.choice(ZONES))
    put("invoice_number_format", rng.choice(FORMATS))
    put("credits_enabled", "1")
    for key in CHANGES:
        change_setting(rng, key)
    for country in rng.sample(COUNTRIES, rng.randint(1, 3)):
        TaxRateFactory(country=country, rate=Decimal(rng.choice(("7.00", "19.00", "8.10"))))
    currencies = ["USD", *rng.sample(["EUR", "JPY"], rng.randint(0, 2))]
    for code in currencies:
        CurrencyFactory(code=code)
    server = ServerFactory(extension="Machine")
    plans = [plan for _ in range(rng.randint(1, 3)) for plan in _product(rng, server, currencies)]
    _upgrades(rng, plans)
    coupons = [_coupon(rng) for _ in range(rng.randint(0, 3))]
    return Shop(rng, plans, coupons, currencies, GatewayFactory())


def put(key: str, value: str) -> None:
    row = {"value": value, "type": "string"}
    Setting.objects.update_or_create(key=key, settingable_type=None, defaults=row)
    options.forget()


def change_setting(rng: Random, key: str | None = None) -> str:
    key = key or rng.choice(list(CHANGES))
    value = rng.choice(CHANGES[key])
    put(key, value)
    return f"{key} = {value}"


def client() -> Any:
    return UserFactory()


def amount(rng: Random, most: int = 5000) -> Decimal:
    """Often of the awkward kind."""
    cents = rng.choice((rng.randint(1, most), rng.randint(1, 50) * 100, 995, 1, 333, 1005))
    return Decimal(cents) / 100


def _product(rng: Random, server: Any, currencies: list[str]) -> list[Plan]:
    product = ProductFactory(
        server=server if rng.random() < 0.7 else None,
        stock=rng.choice((None, None, 3, 20)),
        per_user_limit=rng.choice((None, None, 2)),
        allow_quantity=rng.choice(Product.AllowQuantity.values),
    )
    return [_plan(rng, product, currencies) for _ in range(rng.randint(1, 3))]


def _plan(rng: Random, product: Any, currencies: list[str]) -> Plan:
    kind = rng.choices(("recurring", "one-time", "free"), (80, 12, 8))[0]
    count, unit = rng.choice(PERIODS) if kind == "recurring" else (None, None)
    plan: Plan = PlanFactory(
        priceable=product,
        type=kind,
        billing_period=count,
        billing_unit=unit,
        name=f"{count} {unit}",
    )
    for code in currencies:
        if kind != "free" and (code == "USD" or rng.random() < 0.8):
            fee = amount(rng) if rng.random() < 0.3 else Decimal(0)
            PriceFactory(plan=plan, currency_code=code, price=amount(rng), setup_fee=fee)
    return plan


def _upgrades(rng: Random, plans: list[Plan]) -> None:
    products = list({plan.priceable_id: plan.priceable for plan in plans}.values())
    for product in products:
        for upgrade in products:
            if product.pk != upgrade.pk and rng.random() < 0.7:
                ProductUpgradeFactory(product=product, upgrade=upgrade)


def _coupon(rng: Random) -> Coupon:
    kind = rng.choice(Coupon.Type.values)
    most = 100 if kind == Coupon.Type.PERCENTAGE else 2000
    coupon: Coupon = CouponFactory(
        type=kind,
        value=rng.choice((Decimal(10), Decimal(50), Decimal(100), amount(rng, most))),
        recurring=rng.choice((None, 0, 1, 2, 3)),
        applies_to=rng.choice(Coupon.AppliesTo.values),
        max_uses=rng.choice((None, None, 1, 3)),
        max_uses_per_user=rng.choice((None, None, 1)),
    )
    if coupon.value is not None and kind == Coupon.Type.PERCENTAGE and coupon.value > 100:
        Coupon.objects.filter(pk=coupon.pk).update(value=100)
    return coupon
