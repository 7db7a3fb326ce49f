from billing.models import Credit
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class CreditResource(Resource):
    model = Credit
    permission = "credits"
    attributes = ("id", "currency_code", "amount", "updated_at", "created_at")
    relations = {"user": "users"}


class CreditViewSet(ResourceViewSet):
    resource = CreditResource
    filters = ("id", "currency_code", "user_id")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"user": "users"}
