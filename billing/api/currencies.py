import re
from typing import Any

from billing.actions.currencies import create_currency, delete_currency, update_currency
from billing.models import Currency
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Given, In, Max, Rule, Schema, String


class CurrencyResource(Resource):
    model = Currency
    permission = "currencies"
    attributes = ("code", "name", "prefix", "suffix", "format")


class Code(Rule):
    """Three letters, as ISO 4217 has them; stored in capitals."""

    schema: Schema = {"type": "string", "pattern": "^[A-Za-z]{3}$"}

    def text(self, given: Given) -> str | None:
        if isinstance(given.value, str) and re.fullmatch("[A-Za-z]{3}", given.value):
            return None
        return given.say("The {} field must be three letters, such as USD.")

    def stored(self, value: Any, given: Given) -> str:
        return str(value).upper()


class CurrencyInput(Input):
    code = Field(String(), Code(), Unique(Currency, "code"), required=True, create_only=True)
    name = Field(String(), Max(255), required=True)
    prefix = Field(String(), Max(10), nullable=True)
    suffix = Field(String(), Max(10), nullable=True)
    format = Field(String(), In(Currency.Format.values), required=True, default="1.000,00")


class CurrencyViewSet(ResourceViewSet):
    resource = CurrencyResource
    input = CurrencyInput
    actions = Actions(create_currency, update_currency, delete_currency)
    bulk = True
    filters = ("code", "name", "prefix", "suffix", "format")
    sorts = ("code", "name")
    key_description = "The currency's code."

    def key_of(self, key: str) -> Any:
        return key.upper() if re.fullmatch("[0-9A-Za-z]{1,3}", key) else None
