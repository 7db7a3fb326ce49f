from billing.actions.gateways import create_gateway, delete_gateway, update_gateway
from billing.api.extension_settings import SHOWN, Settings, WithSettings
from billing.models import Gateway
from billing.rules.extension_settings import GATEWAYS
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Boolean, In, Max, String


class GatewayResource(Resource):
    model = Gateway
    type = "gateways"
    permission = "gateways"
    attributes = ("id", "name", "extension", "enabled", "settings", "updated_at", "created_at")
    sources = {"settings": "type"}  # its place: WithSettings fills it
    formats = {"settings": lambda _: None}
    schemas = {"settings": SHOWN}


class GatewayInput(Input):
    name = Field(String(), Max(255), Unique(Gateway, "name"), required=True)
    extension = Field(
        String(), In(GATEWAYS), Unique(Gateway, "extension"), required=True, create_only=True
    )
    enabled = Field(Boolean(), required=True, default=True)
    settings = Settings(GATEWAYS)


class GatewayViewSet(WithSettings, ResourceViewSet):
    resource = GatewayResource
    input = GatewayInput
    actions = Actions(create_gateway, update_gateway, delete_gateway)
    catalogue = GATEWAYS
    filters = ("id", "name", "extension", "enabled")
    sorts = ("id", "created_at", "updated_at", "name")
