"""Another product like one that there is (Paymenter: EditProduct, duplicate)."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from accounts.actions.records import create_record
from billing.actions.plans import create_plan
from billing.actions.products import create_product
from billing.models import Plan, Product
from paymenter.actor import Actor
from paymenter.db.morph import class_name
from paymenter.models import Setting

COPIED = (
    *("category_id", "description", "image", "stock", "per_user_limit", "allow_quantity"),
    *("server_id", "email_template", "hidden", "sort"),
)
_LONGEST = 255


@transaction.atomic
def duplicate_product(product: Product, *, actor: Actor, name: str | None = None) -> Product:
    """The slug is the first free one (Paymenter: two copies had the same)."""
    values = {column: getattr(product, column) for column in COPIED}
    copy = create_product(
        actor=actor,
        name=name or f"Copy of {product.name}"[:_LONGEST],
        slug=_free_slug(f"{product.slug or 'product'}-copy"),
        config_options=_ids(product.config_option_links, "config_option_id"),
        upgrades=_ids(product.upgrade_links, "upgrade_id"),
        **values,
    )
    for plan in product.plans.order_by("sort", "pk").prefetch_related("prices"):
        _copy_plan(plan, copy, actor=actor)
    _copy_settings(product, copy, actor=actor)
    return copy


def _free_slug(wanted: str) -> str:
    taken = {
        *Product.objects.filter(slug__startswith=wanted[:_SHORT]).values_list("slug", flat=True)
    }
    return next(slug for slug in _slugs(wanted[:_SHORT]) if slug not in taken)


_SHORT = _LONGEST - 10  # leaves room for the number


def _slugs(wanted: str) -> Iterator[str]:
    yield wanted
    number = 2
    while True:
        yield f"{wanted}-{number}"
        number += 1


def _ids(links: Any, column: str) -> list[int]:
    return list(dict.fromkeys(links.order_by("pk").values_list(column, flat=True)))


def _copy_plan(plan: Plan, copy: Product, *, actor: Actor) -> None:
    columns = ("name", "type", "billing_period", "billing_unit", "sort")
    by_currency: dict[str, dict[str, Any]] = {}
    for price in sorted(plan.prices.all(), key=lambda price: price.pk):  # the lowest id counts
        values = {name: getattr(price, name) for name in ("currency_code", "price", "setup_fee")}
        by_currency.setdefault(price.currency_code, values)
    owner: dict[str, Any] = Product.plans.columns(copy)
    values = {name: getattr(plan, name) for name in columns}
    create_plan(actor=actor, prices=by_currency.values(), **values, **owner)


def _copy_settings(product: Product, copy: Product, *, actor: Actor) -> None:
    for row in product.settings.order_by("pk"):
        columns = ("key", "value", "type", "encrypted")
        owner = {"settingable_type": class_name(Product), "settingable_id": copy.pk}
        values = {name: getattr(row, name) for name in columns}
        create_record(Setting, {**values, **owner}, actor=actor)
