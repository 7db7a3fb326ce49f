"""The form with which a product is ordered (Paymenter: Products\\Checkout).

Paymenter also sells hidden products by their address and fills the cart when a page is merely
opened; here neither happens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from billing.actions.choices import Option, Options, chosen_values, compose
from billing.actions.price_lists import PriceList
from billing.actions.server_fields import asked_for
from billing.actions.taxation import Taxation
from billing.models import Plan, Product
from billing.rules.checkout_fields import REQUIRED, SELECTED, Asked, preset, refusal
from billing.rules.prices import Charge, Price
from paymenter.errors import Refused

SOLD_OUT = "The product is sold out."
NO_PRICE = "The product cannot be bought in this currency."
HIDDEN = "The product is not for sale."

_ON = (True, "true")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrderForm:
    """options: by the option's id what was chosen; fields: by name what the module asks."""

    product: Product
    plan: Plan
    options: dict[int, Any]
    fields: dict[str, Any]
    prices: PriceList
    known: Sequence[Option]
    asked: Sequence[Asked]

    def preview(self, user: User | None) -> Price | None:
        """What is due today; None where the plan cannot be had. A value that cannot counts 0."""
        if not self.prices.offer(self.plan).available:
            return None
        values = chosen_values(self.known, self._pairs())
        parts = compose(self.prices, self.plan, values).parts
        return Taxation.of(user).price(*(Charge(part.price, part.setup_fee) for part in parts))

    def choices(self) -> list[dict[str, Any]]:
        """As a cart item stores them."""
        return [_choice(option, self.options.get(option.row.pk)) for option in self.known]

    def check(self) -> None:
        """Raises Refused with a text for each field that is wrong: plan_id, options.7, fields.x."""
        errors: dict[str, list[str]] = {}
        if self.plan not in self.prices.available_plans(self.product):
            errors["plan_id"] = [SELECTED.format("plan id")]
        for option in self.known:
            if text := _refusal(option, self.options.get(option.row.pk)):
                errors[f"options.{option.row.pk}"] = [text]
        for asked in self.asked:
            if text := refusal(asked, self.fields.get(asked.name)):
                errors[f"fields.{asked.name}"] = [text]
        if errors:
            raise Refused(errors=errors)

    def _pairs(self) -> list[dict[str, Any]]:
        return [{"option_id": key, "value": value} for key, value in self.options.items()]


@dataclass(frozen=True, slots=True)
class Given:
    """What a client already said, in an address or by the item that he changes."""

    plan_id: int | None = None
    options: Mapping[int, Any] | None = None
    fields: Values | None = None


def order_form(
    product: Product, currency_code: str, given: Given, asked: Sequence[Asked] | None = None
) -> OrderForm:
    """Filled in with what was given and else with the presets. `asked` is what the server module
    asks, unless said. Raises Plan.DoesNotExist for a plan of another product, Refused where the
    module does not answer."""
    found = Options([product])
    prices = PriceList(currency_code, [product, *found.values()])
    known = found.of(product)
    chosen, values = given.options or {}, given.fields or {}
    asked = asked_for(product, values) if asked is None else asked
    return OrderForm(
        product=product,
        plan=_plan(prices.plans_of(product), given.plan_id),
        options={option.row.pk: _preset(option, chosen.get(option.row.pk)) for option in known},
        fields={each.name: values.get(each.name, preset(each)) for each in asked},
        prices=prices,
        known=known,
        asked=asked,
    )


def refuse_unsold(product: Product, currency_code: str) -> None:
    """Raises Refused for what no client can buy now."""
    if product.hidden:
        raise Refused.on("product_id", HIDDEN)
    if product.stock == 0:
        raise Refused.on("product_id", SOLD_OUT)
    if not PriceList(currency_code, [product]).first_offer(product).available:
        raise Refused.on("product_id", NO_PRICE)


def _plan(plans: Sequence[Plan], wanted: int | None) -> Plan:
    found = next((plan for plan in plans if wanted in (None, plan.pk)), None)
    if found is None:
        raise Plan.DoesNotExist
    return found


def _preset(option: Option, given: Any) -> Any:
    if option.is_checkbox:
        return given in _ON
    if option.is_typed or given is not None:
        return given
    return option.values[0].pk if option.values else None


def _refusal(option: Option, value: Any) -> str | None:
    if option.is_checkbox:
        return None
    if value is None or value == "":
        return REQUIRED.format(option.row.name)
    fits = option.is_typed or option.value(value) is not None
    return None if fits else SELECTED.format(option.row.name)


def _choice(option: Option, value: Any) -> dict[str, Any]:
    found = None if option.is_typed else option.value(value)
    stored, name = value, value
    if option.is_checkbox:
        on = value in _ON
        stored, name = (found.pk if found and on else None), ("Yes" if on else "No")
    elif found is not None:
        stored, name = found.pk, found.name
    return {
        "option_id": option.row.pk,
        "option_name": option.row.name,
        "option_type": option.row.type,
        "option_env_variable": option.row.env_variable,
        "value": stored,
        "value_name": name,
    }
