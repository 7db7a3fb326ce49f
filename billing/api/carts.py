from billing.models import Cart, CartItem
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class CartResource(Resource):
    """Without the ulid: who knows it has the cart."""

    model = Cart
    permission = "carts"
    attributes = ("id", "user_id", "coupon_id", "currency_code", "updated_at", "created_at")
    relations = {"items": "cartItems", "user": "users", "coupon": "coupons"}


class CartItemResource(Resource):
    """Without the checkout fields, which may hold passwords."""

    model = CartItem
    permission = "carts"
    attributes = (
        "id",
        "product_id",
        "plan_id",
        "quantity",
        "config_options",
        "updated_at",
        "created_at",
    )
    schemas = {"config_options": {"type": ["array", "object", "null"]}}
    relations = {"product": "products", "plan": "plans"}


class CartViewSet(ResourceViewSet):
    resource = CartResource
    filters = ("id", "user_id", "coupon_id", "currency_code")
    sorts = ("id", "created_at", "updated_at")
    includes = {
        "items": None,
        "items.product": None,
        "items.plan": None,
        "user": "users",
        "coupon": "coupons",
    }
