from billing.models import Coupon
from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Resource


class CouponResource(Resource):
    model = Coupon
    permission = "coupons"
    attributes = (
        "id",
        "code",
        "type",
        "recurring",
        "value",
        "max_uses",
        "max_uses_per_user",
        "starts_at",
        "expires_at",
        "updated_at",
        "created_at",
    )
    formats = {"value": values.number}
