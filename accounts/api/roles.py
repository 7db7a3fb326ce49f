from accounts.actions.roles import create_role, delete_role, update_role
from accounts.api.grants import told
from accounts.models import Role
from paymenter.jsonapi.input import Field, Input, Unique
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Action, Actions, ResourceViewSet
from paymenter.laravel.validation import Max, String, Texts


class RoleResource(Resource):
    model = Role
    permission = "roles"
    attributes = ("id", "name", "permissions", "updated_at", "created_at")
    relations = {"users": "users"}


class RoleInput(Input):
    name = Field(String(), Max(255), Unique(Role, "name"), required=True)
    permissions = Field(Texts(), default=[])


class RoleViewSet(ResourceViewSet):
    resource = RoleResource
    input = RoleInput
    actions = Actions(create_role, update_role, delete_role)
    filters = ("id", "name")
    sorts = ("id", "name", "created_at", "updated_at")
    includes = {"users": "users"}

    def written(self) -> Action:
        action = super().written()
        return action if self.action.startswith("destroy") else told(action, self.request)
