from billing.models import Service
from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class ServiceResource(Resource):
    model = Service
    permission = "services"
    attributes = (
        "id",
        "quantity",
        "price",
        "status",
        "currency_code",
        "expires_at",
        "updated_at",
        "created_at",
    )
    formats = {"expires_at": values.midnight}
    relations = {
        "coupon": "coupons",
        "user": "users",
        "order": "orders",
        "product": "products",
        "invoices": "invoices",
        "properties": "properties",
    }


class ServiceViewSet(ResourceViewSet):
    resource = ServiceResource
    filters = ("quantity", "price", "expires_at", "subscription_id", "status")
    sorts = ("id", "created_at", "updated_at", "expires_at", "status")
    includes = {
        "order": "orders",
        "coupon": "coupons",
        "user": "users",
        "product": None,
        "invoices": "invoices",
        "properties": "properties",
    }
