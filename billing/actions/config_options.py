"""Options of products, the values to choose from, and the plans of each value."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.links import set_links
from billing.actions.plans import set_plans
from billing.models import ConfigOption, ConfigOptionProduct, ServiceConfig
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

NO_VALUES = "An option of the type {} has no values."
ONE_VALUE = "A checkbox has one value only."
NO_PRICE = "Only the values of an option have plans."
NO_PRODUCTS = "Products have options, not their values."

_Type = ConfigOption.Type
WITH_VALUES = frozenset({_Type.SELECT, _Type.RADIO, _Type.SLIDER, _Type.CHECKBOX})
_NESTED = ("children", "plans", "products")


@transaction.atomic
def create_config_option(*, actor: Actor, **values: Any) -> ConfigOption:
    if values.get("parent_id") is not None:
        ConfigOption.objects.select_for_update().get(pk=values["parent_id"])
    option = _create(values, actor=actor)
    _refuse_misfits(option)
    return option


@transaction.atomic
def update_config_option(option: ConfigOption, *, actor: Actor, **changes: Any) -> ConfigOption:
    """`children`, `plans` and `products` are whole lists where they are given."""
    option = _update(option, changes, actor=actor)
    _refuse_misfits(option)
    return option


@transaction.atomic
def delete_config_option(option: ConfigOption, *, actor: Actor) -> None:
    """With its values and their plans; refused where a service has chosen it."""
    option = locked(option)
    chosen = Q(config_option=option) | Q(config_value=option)
    if ServiceConfig.objects.filter(chosen).exists():
        raise Refused(f"Services have chosen {option.name}: it can be hidden, not deleted.")
    for child in option.children.order_by("pk"):
        delete_config_option(child, actor=actor)
    set_plans(option, (), actor=actor)
    set_links(ConfigOptionProduct, {"config_option_id": option.pk}, "product_id", (), actor=actor)
    delete_record(option, actor=actor)


def _create(values: dict[str, Any], *, actor: Actor) -> ConfigOption:
    parts = {name: values.pop(name) for name in _NESTED if name in values}
    option = create_record(ConfigOption, values, actor=actor)
    _set_parts(option, parts, actor=actor)
    return option


def _update(option: ConfigOption, changes: dict[str, Any], *, actor: Actor) -> ConfigOption:
    parts = {name: changes.pop(name) for name in _NESTED if name in changes}
    option = locked(option)
    change_record(option, changes, actor=actor)
    _set_parts(option, parts, actor=actor)
    return option


def _set_parts(option: ConfigOption, parts: dict[str, Any], *, actor: Actor) -> None:
    if "children" in parts:
        _set_children(option, parts["children"], actor=actor)
    if "plans" in parts:
        set_plans(option, parts["plans"], actor=actor)
    if "products" in parts:
        owner = {"config_option_id": option.pk}
        set_links(ConfigOptionProduct, owner, "product_id", parts["products"], actor=actor)


def _set_children(
    option: ConfigOption, wanted: Iterable[Mapping[str, Any]], *, actor: Actor
) -> None:
    """With `id` changed, without new, others deleted; in this order."""
    given = [dict(values) for values in wanted]
    kept = {values["id"] for values in given if "id" in values}
    for child in option.children.exclude(pk__in=kept).order_by("pk"):
        delete_config_option(child, actor=actor)
    for place, values in enumerate(given):
        values.setdefault("sort", place)
        if "id" in values:
            child = option.children.get(pk=values.pop("id"))
            _update(child, values, actor=actor)
        else:
            _create({**values, "parent_id": option.pk}, actor=actor)


def _refuse_misfits(option: ConfigOption) -> None:
    if option.parent is None:
        if option.plans.exists():
            raise Refused.on("plans", NO_PRICE)
        _refuse_values(option, "children")
        return
    if ConfigOptionProduct.objects.filter(config_option=option).exists():
        raise Refused.on("products", NO_PRODUCTS)
    if option.children.exists():
        raise Refused.on("children", NO_VALUES.format("value"))
    _refuse_values(option.parent, "parent_id")


def _refuse_values(option: ConfigOption, field: str) -> None:
    count = option.children.count()
    if count and option.type not in WITH_VALUES:
        raise Refused.on(field, NO_VALUES.format(option.type))
    if count > 1 and option.type == _Type.CHECKBOX:
        raise Refused.on(field, ONE_VALUE)
