from typing import Any

from billing.actions.config_options import (
    create_config_option,
    delete_config_option,
    update_config_option,
)
from billing.api.plans import PlanLineInput
from billing.api.rules import MOST_TEXT, sent_or_kept
from billing.models import ConfigOption, Product
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.nested import Ids, Parts
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import (
    SELECTED,
    Boolean,
    Given,
    In,
    Integer,
    Max,
    Rule,
    String,
    is_missing,
    record_id,
)


class ConfigOptionResource(Resource):
    model = ConfigOption
    permission = "config_options"
    attributes = (
        "id",
        "name",
        "description",
        "env_variable",
        "type",
        "sort",
        "hidden",
        "upgradable",
        "parent_id",
        "updated_at",
        "created_at",
    )
    relations = {
        "parent": "configOptions",
        "children": Relation("configOptions", order=("sort", "pk")),
        "products": Relation("products", order=("sort", "pk")),
        "plans": Relation("plans", order=("sort", "pk")),
    }


class Kind(Field):
    """An option has a type, a value has none."""

    def texts(self, given: Given) -> list[str]:
        if sent_or_kept(given, "parent_id") is not None:
            return []
        if is_missing(given.value):
            return [given.say("The {} field is required.")]
        return super().texts(given)

    def stored(self, given: Given) -> Any:
        return None if sent_or_kept(given, "parent_id") is not None else super().stored(given)


class TopLevel(Rule):
    """Values have no values."""

    alone = True

    def text(self, given: Given) -> str | None:
        options = ConfigOption.objects.filter(parent__isnull=True, pk=record_id(given.value) or 0)
        return None if options.exists() else given.say(SELECTED)


class ConfigValueInput(Input):
    """A value that comes along with its option."""

    name = Field(String(), Max(255), required=True)
    env_variable = Field(String(), Max(255), required=True)
    description = Field(String(), Max(MOST_TEXT), nullable=True)
    sort = Field(Integer(0, 255), nullable=True)
    hidden = Field(Boolean(), required=True, default=False)
    plans = Parts(PlanLineInput, lambda value: value.plans)


class ConfigOptionInput(Input):
    parent_id = Field(Exists(ConfigOption), TopLevel(), nullable=True, create_only=True)
    name = Field(String(), Max(255), required=True)
    type = Kind(String(), In(ConfigOption.Type.values), default=None)
    env_variable = Field(String(), Max(255), nullable=True)
    description = Field(String(), Max(MOST_TEXT), nullable=True)
    sort = Field(Integer(0, 255), nullable=True)
    hidden = Field(Boolean(), required=True, default=False)
    upgradable = Field(Boolean(), required=True, default=False)
    children = Parts(ConfigValueInput, lambda option: option.children)
    plans = Parts(PlanLineInput, lambda value: value.plans)
    products = Ids(Product)


class ConfigOptionViewSet(ResourceViewSet):
    resource = ConfigOptionResource
    input = ConfigOptionInput
    actions = Actions(create_config_option, update_config_option, delete_config_option)
    filters = ("id", "name", "env_variable", "type", "hidden", "upgradable", "parent_id")
    sorts = ("id", "created_at", "updated_at", "name", "sort")
    includes = {
        "parent": None,
        "children": None,
        "children.plans": None,
        "children.plans.prices": None,
        "plans": None,
        "plans.prices": None,
        "products": "products",
    }
