"""What staff do with a product, beside changing its row."""

from collections.abc import Mapping
from typing import Any

from billing.actions.product_copies import duplicate_product
from billing.actions.product_settings import chosen_for, options_of
from billing.api.product_settings import described
from billing.api.products import ProductResource
from billing.models import Product
from paymenter.actor import Actor
from paymenter.jsonapi.commands import Command, Question
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.validation import Max, String

Values = Mapping[str, Any]


class DuplicateInput(Input):
    name = Field(String(), Max(255), nullable=True)


class DuplicateProduct(Command):
    resource = ProductResource
    path = "products/{id}/duplicate"
    summary = "Make another product like this one"
    more = (
        "With its plans and prices, options, upgrades and settings on the server, under a name and"
        " a slug of its own. Services and coupons stay with this one."
    )
    ability = "create"
    input = DuplicateInput
    creates = True

    def carry_out(self, record: Product, values: Values, actor: Actor) -> Product:
        return duplicate_product(record, actor=actor, **values)


class ShowProductSettings(Question):
    resource = ProductResource
    path = "products/{id}/settings"
    summary = "What can be chosen for a product on its server, and what is chosen"
    more = "Empty without a server, and where its module is not installed. Passwords are not shown."
    answer = {
        "type": "object",
        "properties": {"settings": {"type": "array", "items": {"type": "object"}}},
        "required": ["settings"],
    }

    def carry_out(self, record: Product, values: Values, actor: Actor) -> dict[str, Any]:
        chosen = chosen_for(record)
        offered = options_of(record.server, chosen) if record.server is not None else ()
        return {"settings": described(offered, chosen)}
