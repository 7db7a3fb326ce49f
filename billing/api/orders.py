from billing.models import Order
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class OrderResource(Resource):
    model = Order
    permission = "orders"
    attributes = ("id", "currency_code", "user_id", "updated_at", "created_at")
    relations = {"services": "services", "user": "users"}


class OrderViewSet(ResourceViewSet):
    resource = OrderResource
    filters = ("id", "currency_code")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"services": "services", "user": "users"}
