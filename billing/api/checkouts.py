"""What staff order and upgrade for a client."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from billing.actions.staff_orders import Item, order_for_client
from billing.actions.upgrade_quotes import NOT_UPGRADABLE, Quote, is_upgradable, quote
from billing.actions.upgrades import order_upgrade
from billing.api.orders import OrderResource
from billing.api.service_upgrades import ServiceUpgradeResource
from billing.api.services import ServiceResource
from billing.models import Currency, Order, Plan, Product, Service, ServiceUpgrade
from billing.rules.explanations import words
from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.input import Each, Exists, Field, Input
from paymenter.laravel.validation import Given, Integer, Max, Min, Schema, String

MOST_UNITS = 100_000
LONGEST = 2000


class Answers(Field):
    """An object: by the id of an option, or the name of a field, what was chosen or typed."""

    def __init__(self, *, numbered: bool = False) -> None:
        super().__init__(default={})
        self.numbered = numbered

    def texts(self, given: Given) -> list[str]:
        if not isinstance(given.value, dict):
            return [given.say("The {} field must be an array.")]
        keys = all(not self.numbered or _is_id(key) for key in given.value)
        fine = keys and all(_is_plain(value) for value in given.value.values())
        return [] if fine else [given.say("The {} field format is invalid.")]

    def stored(self, given: Given) -> dict[Any, Any]:
        return {int(k) if self.numbered else k: value for k, value in given.value.items()}

    def schema(self) -> Schema:
        kinds = {"type": ["string", "integer", "boolean", "null"], "maxLength": LONGEST}
        names = {"propertyNames": {"pattern": "^[1-9][0-9]{0,8}$"}} if self.numbered else {}
        return {"type": "object", "additionalProperties": kinds, **names, "default": {}}


def _is_id(key: Any) -> bool:
    text = str(key)
    return text.isascii() and text.isdigit() and 0 < len(text) < 10 and text[0] != "0"


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST and "\0" not in value and value.isprintable()
    return value is None or (isinstance(value, int) and abs(value) < 2**31)


class CheckoutItemInput(Input):
    product_id = Field(Exists(Product), required=True)
    plan_id = Field(Exists(Plan), required=True)
    quantity = Field(Integer(), Min(1), Max(MOST_UNITS), default=1)
    options = Answers(numbered=True)
    properties = Answers()


class CheckoutInput(Input):
    user_id = Field(Exists(User), required=True)
    currency_code = Field(String(), Exists(Currency, "code"), required=True)
    items = Each(CheckoutItemInput, most=15)
    coupon = Field(String(), Max(255), nullable=True, default=None)


class CheckoutForClient(Command):
    resource = OrderResource
    path = "checkouts"
    ability = "create"
    creates = True
    summary = "Order for a client"
    more = "Order, services, invoice and stock, as in the client's own checkout."
    input = CheckoutInput

    def carry_out(self, record: None, values: Mapping[str, Any], actor: Actor) -> Order:
        items = [_item(each) for each in values.get("items", ())]
        if not items:
            raise Refused.on("items", "The items field is required.")
        return order_for_client(**{**values, "items": items}, actor=actor).order


def _item(values: Mapping[str, Any]) -> Item:
    """`fields` is taken in an Input, and properties is what they become."""
    renamed = {"fields" if name == "properties" else name: v for name, v in values.items()}
    return Item(**renamed)


class UpgradeInput(Input):
    product_id = Field(Exists(Product), nullable=True, default=None)
    options = Answers(numbered=True)


QUOTE: Schema = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "description": "To be paid now; negative is given back."},
        "currency_code": {"type": "string"},
        "price": {"type": "string", "description": "Of one unit and period from then on."},
        "words": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["amount", "currency_code", "price", "words"],
}


class QuoteUpgrade(Command):
    resource = ServiceResource
    path = "services/{id}/upgrade-quote"
    ability = "view"
    summary = "What an upgrade of a service costs today"
    more = "Nothing is stored. Options that are not named stay as they are."
    input = UpgradeInput
    answer = QUOTE

    def carry_out(self, record: Service, values: Mapping[str, Any], actor: Actor) -> Any:
        if not is_upgradable(record):
            raise Refused(NOT_UPGRADABLE)
        return _told(quote(record, _target(values), values["options"]))


class UpgradeService(Command):
    resource = ServiceResource
    path = "services/{id}/upgrade"
    creates = True
    summary = "Upgrade a service"
    more = "What is to be paid becomes an invoice; otherwise it is carried out at once."
    input = UpgradeInput
    answers = ServiceUpgradeResource

    def carry_out(self, record: Service, values: Mapping[str, Any], actor: Actor) -> ServiceUpgrade:
        done = order_upgrade(record, _target(values), values["options"], actor=actor)
        return done.upgrade


def _target(values: Mapping[str, Any]) -> Product | None:
    return Product.objects.get(pk=values["product_id"]) if values["product_id"] else None


def _told(asked: Quote) -> dict[str, Any]:
    return {
        "amount": str(asked.amount),
        "currency_code": asked.service.currency_code,
        "price": str(asked.exchange.new_price),
        "words": words(asked.explanation.facts()),
    }
