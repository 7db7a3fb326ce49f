from billing.actions.servers import create_server, delete_server, update_server
from billing.api.extension_settings import SHOWN, Settings, WithSettings
from billing.models import Server
from billing.rules.extension_settings import SERVERS
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Boolean, In, Max, String


class ServerResource(Resource):
    model = Server
    type = "servers"
    permission = "servers"
    attributes = ("id", "name", "extension", "enabled", "settings", "updated_at", "created_at")
    sources = {"settings": "type"}  # its place: WithSettings fills it
    formats = {"settings": lambda _: None}
    schemas = {"settings": SHOWN}
    relations = {"products": Relation("products", order=("sort", "pk"))}


class ServerInput(Input):
    name = Field(String(), Max(255), Unique(Server, "name"), required=True)
    extension = Field(String(), In(SERVERS), required=True, create_only=True)
    enabled = Field(Boolean(), required=True, default=True)
    settings = Settings(SERVERS)


class ServerViewSet(WithSettings, ResourceViewSet):
    resource = ServerResource
    input = ServerInput
    actions = Actions(create_server, update_server, delete_server)
    catalogue = SERVERS
    filters = ("id", "name", "extension", "enabled")
    sorts = ("id", "created_at", "updated_at", "name")
    includes = {"products": "products"}
