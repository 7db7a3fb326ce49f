from accounts.models import User
from billing.actions.credits import create_credit, delete_credit, update_credit
from billing.api.own_records import ForOthers
from billing.models import Credit, Currency
from paymenter.jsonapi.input import Exists, Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import Max, Min, Numeric, String


class CreditResource(Resource):
    model = Credit
    permission = "credits"
    attributes = ("id", "currency_code", "amount", "updated_at", "created_at")
    relations = {"user": "users"}


class CreditInput(Input):
    user_id = Field(Exists(User), required=True, create_only=True)
    currency_code = Field(
        String(),
        Exists(Currency, "code"),
        Unique(Credit, "currency_code", within="user_id"),
        required=True,
    )
    amount = Field(Numeric(), Min(0), required=True)
    reason = Field(String(), Max(255), nullable=True)  # of our own: told by the movement


class CreditViewSet(ForOthers):
    resource = CreditResource
    input = CreditInput
    actions = Actions(create_credit, update_credit, delete_credit)
    bulk = True
    filters = ("id", "currency_code", "user_id")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"user": "users"}
