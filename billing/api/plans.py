from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from billing.actions.plans import create_plan, delete_plan, update_plan
from billing.api.prices import PriceLineInput
from billing.api.rules import sent_or_kept
from billing.models import ConfigOption, Plan, Product
from paymenter.db.morph import class_name
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.nested import Parts
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import (
    SELECTED,
    Given,
    In,
    Integer,
    Max,
    Min,
    Rule,
    String,
    is_missing,
    record_id,
)


class PlanDetailsResource(Resource):
    """With whose plan it is; others include the short form below, which is Paymenter's."""

    model = Plan
    permission = "plans"
    attributes = (
        "id",
        "name",
        "priceable_type",
        "priceable_id",
        "type",
        "billing_period",
        "billing_unit",
        "sort",
    )
    relations = {"prices": "prices", "services": "services"}


class PlanResource(Resource):
    model = Plan
    permission = "plans"
    attributes = ("id", "name", "type", "billing_period", "billing_unit", "sort")
    relations = {"prices": "prices"}


class Period(Field):
    """Needed where the plan is recurring, and nothing where it is not."""

    def texts(self, given: Given) -> list[str]:
        if sent_or_kept(given, "type") != Plan.Type.RECURRING:
            return []
        if is_missing(given.value):
            return [given.say("The {} field is required when type is recurring.")]
        return super().texts(given)

    def stored(self, given: Given) -> Any:
        is_recurring = sent_or_kept(given, "type") == Plan.Type.RECURRING
        return super().stored(given) if is_recurring else None


class PlanLineInput(Input):
    """A plan that comes along with what it is the plan of."""

    name = Field(String(), Max(255), required=True)
    type = Field(String(), In(Plan.Type.values), required=True)
    billing_period = Period(Integer(), Min(1), Max(1000), default=None)
    billing_unit = Period(String(), In(("day", "week", "month", "year")), default=None)
    sort = Field(Integer(0, 255), nullable=True)
    prices = Parts(PriceLineInput, lambda plan: plan.prices)

    @classmethod
    def update(cls, data: Mapping[str, Any], instance: Model) -> dict[str, Any]:
        """With another type the period must fit it, sent or not."""
        if "type" in data:
            kept = ("billing_period", "billing_unit")
            data = {**{name: getattr(instance, name) for name in kept}, **data}
        return super().update(data, instance)


class Priceable(Rule):
    """A product, or a value of an option: options themselves have no price."""

    def text(self, given: Given) -> str | None:
        if given.data.get("priceable_type") == class_name(ConfigOption):
            rows: Any = ConfigOption.objects.filter(parent__isnull=False)
        else:
            rows = Product.objects.all()
        found = rows.filter(pk=record_id(given.value) or 0).exists()
        return None if found else given.say(SELECTED)


class PlanInput(PlanLineInput):
    priceable_type = Field(
        String(),
        In((class_name(Product), class_name(ConfigOption))),
        required=True,
        default=class_name(Product),
        create_only=True,
    )
    priceable_id = Field(Integer(1, 2**63 - 1), Priceable(), required=True, create_only=True)


class PlanViewSet(ResourceViewSet):
    resource = PlanDetailsResource
    input = PlanInput
    actions = Actions(create_plan, update_plan, delete_plan)
    filters = ("id", "name", "type", "billing_unit", "priceable_type", "priceable_id")
    sorts = ("id", "name", "sort", "priceable_id")
    includes = {"prices": None, "services": "services"}
