from accounts.models import User
from billing.actions.orders import create_order, delete_order, update_order
from billing.models import Currency, Order
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import String


class OrderResource(Resource):
    model = Order
    permission = "orders"
    attributes = ("id", "currency_code", "user_id", "updated_at", "created_at")
    relations = {"services": "services", "user": "users"}


class OrderInput(Input):
    user_id = Field(Exists(User), required=True)
    currency_code = Field(String(), Exists(Currency, "code"), required=True)


class OrderViewSet(ResourceViewSet):
    resource = OrderResource
    input = OrderInput
    actions = Actions(create_order, update_order, delete_order)
    bulk = True
    filters = ("id", "currency_code")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"services": "services", "user": "users"}
