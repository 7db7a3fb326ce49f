from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.models import Extension


class ExtensionResource(Resource):
    """Gateways and servers among them, which have endpoints of their own."""

    model = Extension
    permission = "extensions"
    attributes = ("id", "name", "extension", "type", "enabled", "updated_at", "created_at")


class ExtensionViewSet(ResourceViewSet):
    resource = ExtensionResource
    filters = ("id", "name", "extension", "type", "enabled")
    sorts = ("id", "name", "type", "created_at")
