from accounts.models import Role
from paymenter.jsonapi.resource import Resource


class RoleResource(Resource):
    model = Role
    permission = "roles"
    attributes = ("id", "name", "permissions", "updated_at", "created_at")
