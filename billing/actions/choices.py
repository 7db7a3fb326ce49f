"""Options of products and what a client chose of them (Paymenter: Product.configOptions, CartItem).

A stored choice is what a cart item's JSON holds: option_id, option_name, option_type,
option_env_variable, value, value_name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from billing.actions.price_lists import Offer, PriceList
from billing.models import ConfigOption, ConfigOptionProduct, Plan, Product
from billing.rules.explanations import Part

TYPED = frozenset({ConfigOption.Type.TEXT, ConfigOption.Type.NUMBER})

Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """An option with its values, in the order of the shop."""

    row: ConfigOption
    values: Sequence[ConfigOption]

    @property
    def is_typed(self) -> bool:
        return self.row.type in TYPED

    @property
    def is_checkbox(self) -> bool:
        return self.row.type == ConfigOption.Type.CHECKBOX

    def value(self, key: Any) -> ConfigOption | None:
        """The value with that id, given as number or text; of a checkbox its only one."""
        if self.is_checkbox:
            return self.values[0] if self.values and key else None
        return next((value for value in self.values if str(value.pk) == str(key)), None)


class Options:
    """The visible options of products with their values, in two statements for all."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_product: dict[int, list[Option]] = defaultdict(list)
        links = _links(ConfigOptionProduct.objects.filter(product__in=[p.pk for p in products]))
        options = {link.config_option_id: link.config_option for link in links}
        values = _values_of(options) if options else {}
        for link in links:
            option = Option(link.config_option, values.get(link.config_option_id, []))
            if option not in self._by_product[link.product_id]:
                self._by_product[link.product_id].append(option)

    def of(self, product: Product) -> list[Option]:
        return self._by_product[product.pk]

    def values(self) -> list[ConfigOption]:
        """Of all products, for the price list."""
        found = [o for options in self._by_product.values() for o in options]
        return [value for option in found if not option.is_typed for value in option.values]


def _links(rows: QuerySet[ConfigOptionProduct]) -> list[ConfigOptionProduct]:
    visible = rows.filter(config_option__hidden=False, config_option__parent__isnull=True)
    order = F("config_option__sort").asc(nulls_first=True)
    return list(visible.select_related("config_option").order_by(order, "-config_option_id", "pk"))


def _values_of(options: Iterable[int]) -> dict[int, list[ConfigOption]]:
    found = defaultdict(list)
    rows = ConfigOption.objects.filter(parent__in=list(options))
    for value in rows.order_by(F("sort").asc(nulls_first=True), "pk"):
        found[value.parent_id or 0].append(value)
    return found


def chosen_values(
    options: Iterable[Option], stored: Iterable[Stored]
) -> list[tuple[Option, ConfigOption]]:
    """The values that cost something; options that came later, and typed ones, do not count."""
    by_option = {choice.get("option_id"): choice.get("value") for choice in stored}
    found = []
    for option in options:
        value = option.value(by_option.get(option.row.pk))
        if value is not None and not option.is_typed:
            found.append((option, value))
    return found


@dataclass(frozen=True, slots=True)
class Composition:
    """What a plan with chosen values is made of; None of the offers missing."""

    parts: tuple[Part, ...]
    available: bool


def compose(
    prices: PriceList, plan: Plan, values: Iterable[tuple[Option, ConfigOption]]
) -> Composition:
    """The plan's offer, then that of each value for the plan's period."""
    offers = [(plan.name or str(plan.type), prices.offer(plan))]
    for option, value in values:
        offer = prices.offer_for(value, plan.billing_period, plan.billing_unit)
        offers.append((f"{option.row.name} {value.name}", offer))
    return Composition(
        tuple(_part(name, offer) for name, offer in offers),
        all(offer.available for _, offer in offers),
    )


def _part(name: str, offer: Offer) -> Part:
    return Part(name, offer.charge.price, offer.charge.setup_fee)
