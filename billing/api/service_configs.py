from billing.actions.service_configs import (
    create_service_config,
    delete_service_config,
    update_service_config,
)
from billing.models import ConfigOption, Service, ServiceConfig, ServiceUpgrade
from paymenter.db.morph import class_name, model_for
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import SELECTED, Given, In, Integer, Rule, String, record_id


class ServiceConfigResource(Resource):
    model = ServiceConfig
    permission = "service_configs"
    attributes = (
        "id",
        "configurable_type",
        "configurable_id",
        "config_option_id",
        "config_value_id",
        "updated_at",
        "created_at",
    )
    relations = {"config_option": "configOptions", "config_value": "configOptions"}


class Configurable(Rule):
    """The service, or the upgrade that is not yet paid."""

    def text(self, given: Given) -> str | None:
        kind = given.data.get("configurable_type")
        model = model_for(kind) if kind in _KINDS else None
        rows = model._default_manager.filter(pk=record_id(given.value) or 0) if model else None
        return None if rows and rows.exists() else given.say(SELECTED)


_KINDS = (class_name(Service), class_name(ServiceUpgrade))


class ServiceConfigInput(Input):
    configurable_type = Field(
        String(), In(_KINDS), required=True, default=class_name(Service), create_only=True
    )
    configurable_id = Field(Integer(1, 2**63 - 1), Configurable(), required=True, create_only=True)
    config_option_id = Field(Exists(ConfigOption), required=True, create_only=True)
    config_value_id = Field(Exists(ConfigOption), required=True)


class ServiceConfigViewSet(ResourceViewSet):
    resource = ServiceConfigResource
    input = ServiceConfigInput
    actions = Actions(create_service_config, update_service_config, delete_service_config)
    filters = (
        "id",
        "configurable_type",
        "configurable_id",
        "config_option_id",
        "config_value_id",
    )
    sorts = ("id", "created_at", "updated_at", "configurable_id")
    includes = {"config_option": None, "config_value": None}
