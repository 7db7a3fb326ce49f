from accounts.models import Property
from paymenter.jsonapi.resource import Resource


class PropertyResource(Resource):
    model = Property
    permission = "properties"
    attributes = ("id", "name", "key", "value", "updated_at", "created_at")
