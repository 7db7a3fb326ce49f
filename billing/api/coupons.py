from billing.actions.coupons import create_coupon, delete_coupon, update_coupon
from billing.api.rules import sent_or_kept
from billing.models import Coupon, Product
from paymenter.db import fields
from paymenter.jsonapi import values
from paymenter.jsonapi.input import Date, Field, Input, Unique
from paymenter.jsonapi.nested import Ids
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Given, In, Integer, Max, Min, Numeric, Rule, String, number


class CouponDetailsResource(Resource):
    """All of it; others include the short form below, which is Paymenter's."""

    model = Coupon
    permission = "coupons"
    attributes = (
        "id",
        "code",
        "type",
        "applies_to",
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
    relations = {
        "products": Relation("products", order=("sort", "pk")),
        "services": "services",
    }


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


class AtMostAll(Rule):
    """Of a percentage."""

    def text(self, given: Given) -> str | None:
        amount = number(given.value)
        if sent_or_kept(given, "type") != Coupon.Type.PERCENTAGE or amount is None:
            return None
        return given.say("The {} field must not be greater than 100.") if amount > 100 else None


class FitsValue(Rule):
    """A coupon of 150 off does not become one of 150 per cent."""

    def text(self, given: Given) -> str | None:
        kept = getattr(given.instance, "value", None)
        if given.value != Coupon.Type.PERCENTAGE or "value" in given.data or kept is None:
            return None
        return "The value field must not be greater than 100." if kept > 100 else None


class CouponInput(Input):
    code = Field(String(), Max(255), Unique(Coupon, "code"), required=True)
    type = Field(String(), In(Coupon.Type.values), FitsValue(), required=True)
    value = Field(Numeric(), Min(0), AtMostAll(), required=True)
    applies_to = Field(String(), In(Coupon.AppliesTo.values), required=True, default="all")
    recurring = Field(Integer(), Min(0), nullable=True)
    max_uses = Field(Integer(), Min(0), nullable=True)
    max_uses_per_user = Field(Integer(), Min(0), nullable=True)
    starts_at = Field(Date(fields.DateTime), nullable=True)
    expires_at = Field(Date(fields.DateTime), nullable=True)
    products = Ids(Product)


class CouponViewSet(ResourceViewSet):
    resource = CouponDetailsResource
    input = CouponInput
    actions = Actions(create_coupon, update_coupon, delete_coupon)
    filters = ("id", "code", "type", "applies_to", "recurring", "value", "starts_at", "expires_at")
    sorts = ("id", "created_at", "updated_at", "code", "value", "starts_at", "expires_at")
    includes = {"products": "products", "services": "services"}
