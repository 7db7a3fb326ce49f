from billing.models import Plan, Price
from paymenter.jsonapi.resource import Resource


class PlanResource(Resource):
    model = Plan
    permission = "products"
    attributes = ("id", "name", "type", "billing_period", "billing_unit", "sort")
    relations = {"prices": "prices"}


class PriceResource(Resource):
    model = Price
    permission = "products"
    attributes = ("id", "price", "setup_fee", "currency_code")
