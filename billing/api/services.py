from accounts.models import User
from billing.actions.services import create_service, delete_service, update_service
from billing.api.own_records import ForOthers
from billing.api.rules import sent_or_kept
from billing.models import BillingAgreement, Coupon, Currency, Order, Plan, Product, Service
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.jsonapi import values
from paymenter.jsonapi.input import Date, Exists, Field, FromToday, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import (
    Given,
    In,
    Integer,
    Max,
    Min,
    Numeric,
    Rule,
    String,
    record_id,
)


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


class OfProduct(Rule):
    """Where the product is sent too, as recorded: a plan alone may be that of another product."""

    def text(self, given: Given) -> str | None:
        product = given.data.get("product_id")
        if not product or self._belongs(record_id(given.value), record_id(product)):
            return None
        return "The selected plan does not belong to the specified product."

    @staticmethod
    def _belongs(plan: int | None, product: int | None) -> bool:
        plans = Plan.objects.filter(priceable_type=class_name(Product), priceable_id=product or 0)
        return plans.filter(pk=plan or 0).exists()


class ServiceInput(Input):
    product_id = Field(Exists(Product), required=True)
    plan_id = Field(Exists(Plan), OfProduct(), required=True)
    user_id = Field(Exists(User), required=True)
    quantity = Field(Integer(), Min(1), required=True, default=1)
    status = Field(In(Service.Status.values), required=True, default=Service.Status.PENDING.value)
    expires_at = Field(Date(fields.DateTime), FromToday(), nullable=True)
    currency_code = Field(String(), Exists(Currency, "code"), required=True)
    price = Field(Numeric(), Min(0), required=True)
    coupon_id = Field(Exists(Coupon), nullable=True)
    subscription_id = Field(String(), Max(255), nullable=True)
    order_id = Field(Exists(Order), nullable=True)


class ServiceViewSet(ForOthers):
    resource = ServiceResource
    input = ServiceInput
    actions = Actions(create_service, update_service, delete_service)
    bulk = True
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


class OfOwner(Rule):
    alone = True

    def text(self, given: Given) -> str | None:
        owner = record_id(sent_or_kept(given, "user_id")) or 0
        rows = BillingAgreement.objects.filter(pk=record_id(given.value) or 0, user_id=owner)
        return None if rows.exists() else given.say("The {} must be one of the client's own.")


class DeskServiceInput(ServiceInput):
    """With what Paymenter's API ignores, as recorded."""

    label = Field(String(), Max(255), nullable=True)
    billing_agreement_id = Field(Exists(BillingAgreement), OfOwner(), nullable=True)


class DeskServiceViewSet(ServiceViewSet):
    """The console's: it has no route."""

    input = DeskServiceInput
