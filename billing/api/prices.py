from billing.actions.prices import create_price, delete_price, update_price
from billing.models import Currency, Plan, Price
from paymenter.jsonapi.input import Exists, Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Min, Numeric, String


class PriceResource(Resource):
    model = Price
    permission = "prices"
    attributes = ("id", "price", "setup_fee", "currency_code")
    relations = {"plan": "plans", "currency": "currencies"}


class PriceLineInput(Input):
    """A price that comes along with its plan."""

    currency_code = Field(String(), Exists(Currency, "code"), required=True)
    price = Field(Numeric(), Min(0), required=True)
    setup_fee = Field(Numeric(), Min(0), nullable=True)


class PriceInput(PriceLineInput):
    plan_id = Field(Exists(Plan), required=True, create_only=True)
    currency_code = Field(
        String(),
        Exists(Currency, "code"),
        Unique(Price, "currency_code", within="plan_id"),
        required=True,
    )


class PriceViewSet(ResourceViewSet):
    resource = PriceResource
    input = PriceInput
    actions = Actions(create_price, update_price, delete_price)
    filters = ("id", "plan_id", "currency_code", "price", "setup_fee")
    sorts = ("id", "plan_id", "currency_code", "price")
    includes = {"plan": None, "currency": None}
