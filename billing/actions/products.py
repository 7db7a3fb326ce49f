"""Products with what belongs to them: plans, options to choose, possible upgrades."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.links import set_links
from billing.actions.plans import set_plans
from billing.actions.product_settings import set_product_settings
from billing.actions.slugs import free_slug
from billing.models import (
    ConfigOptionProduct,
    Coupon,
    CouponProduct,
    Product,
    ProductUpgrade,
    ServiceUpgrade,
)
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

TO_ITSELF = "A product cannot be an upgrade of itself."

_NESTED = ("plans", "config_options", "upgrades", "settings")


@transaction.atomic
def create_product(*, actor: Actor, **values: Any) -> Product:
    parts = {name: values.pop(name) for name in _NESTED if name in values}
    values["slug"] = free_slug(Product, values)
    product = create_record(Product, values, actor=actor)
    _set_parts(product, parts, actor=actor)
    return product


@transaction.atomic
def update_product(product: Product, *, actor: Actor, **changes: Any) -> Product:
    """`plans`, `config_options` and `upgrades` are whole lists where they are given."""
    parts = {name: changes.pop(name) for name in _NESTED if name in changes}
    product = locked(product)
    if "slug" in changes:
        changes["slug"] = free_slug(Product, changes, besides=product)
    change_record(product, changes, actor=actor)
    _set_parts(product, parts, actor=actor)
    return product


@transaction.atomic
def delete_product(product: Product, *, actor: Actor) -> None:
    """With its plans, prices and settings. Refused where somebody has it, and where a coupon for
    it alone would become one for everything."""
    product = locked(product)
    if product.services.exists():
        raise Refused("The product has services: it can be hidden, not deleted.")
    if ServiceUpgrade.objects.filter(product=product).exists():
        raise Refused("Services have been upgraded to the product, or are about to be.")
    if coupon := _coupon_for_it_alone(product):
        raise Refused(f"The coupon {coupon.code} is for this product alone: change it first.")
    set_plans(product, (), actor=actor)
    set_links(ConfigOptionProduct, {"product_id": product.pk}, "config_option_id", (), actor=actor)
    set_links(CouponProduct, {"product_id": product.pk}, "coupon_id", (), actor=actor)
    set_links(ProductUpgrade, {"product_id": product.pk}, "upgrade_id", (), actor=actor)
    set_links(ProductUpgrade, {"upgrade_id": product.pk}, "product_id", (), actor=actor)
    for setting in product.settings.order_by("pk"):
        setting.delete()
    delete_record(product, actor=actor)


def _set_parts(product: Product, parts: dict[str, Any], *, actor: Actor) -> None:
    if "plans" in parts:
        set_plans(product, parts["plans"], actor=actor)
    if "config_options" in parts:
        owner, ids = {"product_id": product.pk}, parts["config_options"]
        set_links(ConfigOptionProduct, owner, "config_option_id", ids, actor=actor)
    if "upgrades" in parts:
        _set_upgrades(product, parts["upgrades"], actor=actor)
    if "settings" in parts:
        set_product_settings(product, parts["settings"], actor=actor)


def _set_upgrades(product: Product, ids: Collection[int], *, actor: Actor) -> None:
    if product.pk in ids:
        raise Refused.on("upgrades", TO_ITSELF)
    set_links(ProductUpgrade, {"product_id": product.pk}, "upgrade_id", ids, actor=actor)


def _coupon_for_it_alone(product: Product) -> Coupon | None:
    counted = Coupon.objects.annotate(targets=Count("product_links__product", distinct=True))
    return counted.filter(pk__in=product.coupon_links.values("coupon"), targets=1).first()
